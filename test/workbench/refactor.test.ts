import assert from 'node:assert/strict';
import { commands, Position, Selection, window, workspace, type CodeAction, type TextDocument } from 'vscode';
import { closeEditors, eventually, openText } from './workbench';

const TEXT = `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
RUN apt-get update && apt-get install -y cmake libopencv-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -B build -DCMAKE_INSTALL_PREFIX=/opt/app . && cmake --build build --target install
RUN ./fetch-model.sh
CMD ["/opt/app/bin/app"]
`;

/** What the preview says and shows, as soon as it is there. */
async function preview(title: string): Promise<{ readonly notes: string; readonly after: string }> {
  await eventually(`the preview "${title}"`, () => window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label.startsWith(title)));
  return eventually('its texts', () => {
    const [notes, after] = [workspace.textDocuments.find(isShown('')), workspace.textDocuments.find(isShown('after'))];
    return notes === undefined || after === undefined || notes.getText() === '' ? undefined : { notes: notes.getText(), after: after.getText() };
  });
}

function isShown(query: string): (document: TextDocument) => boolean {
  return ({ uri }) => uri.scheme === 'tensorrt-preview' && uri.query === query;
}

/** Answers the question that a command asks; a question that is not there yet has no answer. */
async function answer(command: string, running: Thenable<unknown>): Promise<void> {
  let isDone = false;
  void running.then(() => (isDone = true));
  await eventually('the end of the command', async () => {
    if (!isDone) await commands.executeCommand(command);
    return isDone || undefined;
  });
}

describe('split into build and runtime stage', () => {
  afterEach(closeEditors);

  it('shows what changes and what to look at, writes it, and takes it back in one step', async () => {
    const document = await openText('split/Dockerfile', TEXT);
    const running = commands.executeCommand('tensorrt.splitStage');
    const { notes, after } = await preview('Split into Build and Runtime Stage');
    assert.equal(document.getText(), TEXT);
    assert.match(notes, /^Look at this first:\n- Programs that use OpenMP/m);
    assert.match(notes.replace(/\n {2}/g, ' '), /^- What `\.\/fetch-model\.sh` leaves outside the copied folders is not known\.$/m);
    assert.match(notes, /^- \/opt\/app is copied from the build stage\.$/m);
    await answer('workbench.action.acceptSelectedQuickOpenItem', running);
    assert.equal(document.getText(), after);
    assert.match(after, /^FROM nvidia\/cuda:12\.4\.1-runtime-ubuntu22\.04\n(?:.*\n)*COPY --from=build \/opt\/app \/opt\/app\n(?:.*\n)*CMD/m);
    await window.showTextDocument(document);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), TEXT);
  });

  it('changes nothing where the preview is called off', async () => {
    const document = await openText('split-off/Dockerfile', TEXT);
    const running = commands.executeCommand('tensorrt.splitStage', document.uri.toString(), 0);
    await preview('Split into Build and Runtime Stage');
    await answer('workbench.action.closeQuickOpen', running);
    assert.equal(document.getText(), TEXT);
    assert.equal(window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ label }) => label.startsWith('Split into')).length, 0);
  });

  it('is offered at a FROM with a devel image, and not where it would be refused', async () => {
    const document = await openText('split-action/Dockerfile', `${TEXT}\nFROM ubuntu:22.04\n`);
    const titlesAt = async (line: number): Promise<string[]> => {
      const place = new Selection(new Position(line, 6), new Position(line, 6));
      const actions = await commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, place, 'refactor.rewrite');
      return actions.map(({ title }) => title);
    };
    await eventually('the action', async () => (await titlesAt(0)).includes('Split into build and runtime stage…') || undefined);
    assert.ok(!(await titlesAt(8)).includes('Split into build and runtime stage…'));
  });
});

describe('change of CUDA', () => {
  it('says before anything is written what would not fit, offers the nearest CUDA that fits, and is taken back in one step', async () => {
    const text = 'FROM nvidia/cuda:11.0.3-cudnn8-devel-ubuntu18.04\nRUN pip3 install tensorflow-gpu==2.4\n';
    const document = await openText('change/Dockerfile', text);
    const running = commands.executeCommand('tensorrt.changeCuda');
    await eventually('the question for the version', async () => {
      const shown = window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label.startsWith('Change to CUDA'));
      // The question of the preview is not to be answered yet.
      if (shown === undefined) await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      return shown;
    });
    const { notes } = await preview('Change to CUDA');
    assert.match(notes, /^This would not fit any more:\n- tensorflow-gpu==2\.4 is built for CUDA 11\.0/m);
    assert.equal(document.getText(), text);
    // The first of the answers is the nearest CUDA, whose change is shown in turn.
    await answer('workbench.action.acceptSelectedQuickOpenItem', running);
    assert.equal(document.getText(), text.replace('11.0.3', '11.8.0'));
    await window.showTextDocument(document);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), text);
    await closeEditors();
  });
});
