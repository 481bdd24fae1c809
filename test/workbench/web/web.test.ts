// The extension where no machine is: in the web worker extension host, on a folder that lies in memory.
import assert from 'node:assert/strict';
import { commands, DiagnosticSeverity, env, extensions, Position, UIKind, window, workspace, type CodeLens, type CompletionList, type Hover, type InlayHint, type MarkdownString } from 'vscode';
import { click, press, read, screenshot, type } from '../docker/page';
import { agree, answerInput, choose, rowsWhen, runByTitle, shownWhen } from '../docker/screen';
import { BAD_SCRIPT, RUNS_SCRIPT, STUBS_RULE } from '../samples';
import { closeEditors, eventually, fileUri, findings, openText, ruleOf, textOf, writeFile } from '../workbench';

const EXTENSION = 'tensorrt-containers.tensorrt-containers';
const WIDGET = '.quick-input-widget:not([style*="display: none"])';
const ROWS = `${WIDGET} .monaco-list-row`;
const BASE = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\n';

/** What the palette offers for a text. */
async function offered(text: string): Promise<readonly string[]> {
  await press('Escape');
  await commands.executeCommand('workbench.action.quickOpen', `>${text}`);
  try {
    return await shownWhen(ROWS, 'the palette', (rows) => rows.length > 0);
  } finally {
    await press('Escape');
  }
}

describe('in a browser', function () {
  this.timeout(180_000);
  afterEach(closeEditors);

  it('the extension runs in a worker, on files that are on no disk', async () => {
    const { uri } = await openText('first/Dockerfile', BASE);
    await eventually('the extension', () => extensions.getExtension(EXTENSION)?.isActive || undefined);
    assert.equal(env.uiKind, UIKind.Web);
    assert.equal(globalThis.constructor.name, 'DedicatedWorkerGlobalScope');
    assert.equal(uri.scheme, 'memory');
    assert.equal(env.remoteName, undefined);
  });

  it('hovers tell what an image is, and inlay hints what it brings', async () => {
    const document = await openText('hover/Dockerfile', BASE);
    await eventually('the hover', async () => {
      const hovers = await commands.executeCommand<Hover[]>('vscode.executeHoverProvider', document.uri, new Position(0, 12));
      return hovers.flatMap(({ contents }) => contents).some((content) => (content as MarkdownString).value.includes('12.4.1')) || undefined;
    });
    await eventually('the hint', async () => {
      const hints = await commands.executeCommand<InlayHint[]>('vscode.executeInlayHintProvider', document.uri, document.validateRange(document.lineAt(0).range));
      return hints.some(({ label }) => typeof label === 'string' && label.includes('CUDA 12.4.1')) || undefined;
    });
  });

  it('tags are completed', async () => {
    const text = 'FROM nvidia/cuda:12.4.1-de';
    const document = await openText('complete/Dockerfile', text);
    await eventually('the tag', async () => {
      const { items } = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', document.uri, new Position(0, text.length));
      return items.some(({ label }) => (typeof label === 'string' ? label : label.label).includes('12.4.1-devel-ubuntu22.04')) || undefined;
    });
  });

  it('files of the build context are read and followed, open or not', async () => {
    const script = await writeFile('context/install.sh', BAD_SCRIPT);
    await openText('context/Dockerfile', RUNS_SCRIPT);
    await findings(script, ([first]) => first !== undefined && ruleOf(first) === STUBS_RULE);
    await writeFile('context/install.sh', 'true\n');
    await findings(script, (all) => all.length === 0);
    await writeFile('context/install.sh', BAD_SCRIPT);
    await findings(script, (all) => all.length === 1);
  });

  it('a requirements file shows what a Dockerfile nearby that nobody opened says of it', async () => {
    await writeFile('nearby/Dockerfile', 'FROM python:3.10-slim\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n');
    const { uri } = await openText('nearby/requirements.txt', 'nvidia-tensorrt\n');
    await findings(uri, (all) => all.length > 0);
  });

  it('a config file of the folder holds', async () => {
    await writeFile('configured/.trtc.yaml', `rules:\n  ${STUBS_RULE}: error\n`);
    await writeFile('configured/install.sh', BAD_SCRIPT);
    const { uri } = await openText('configured/Dockerfile', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n');
    await findings(uri, ([first]) => first?.severity === DiagnosticSeverity.Error);
  });

  it('the stack stands in the only view there is', async () => {
    await openText('stack/Dockerfile', BASE);
    await commands.executeCommand('tensorrt.stack.focus');
    await rowsWhen('the CUDA of the stage', (rows) => rows.some((row) => /CUDA.*12\.4\.1/i.test(row)));
    await screenshot('web-stack');
    assert.deepEqual((await read('.sidebar .composite.title h2')).map((title) => title.replace(/^TENSORRT.*$/i, 'TensorRT')), ['TensorRT']);
    assert.deepEqual((await read('.sidebar .pane-header h3')).filter((title) => /container|image|host/i.test(title)), []);
  });

  it('a conflict unfolds below the component when it is found, and a stage of which nothing is known says so', async () => {
    await openText('conflict/Dockerfile', `${BASE}RUN apt-get update && apt-get install -y libnvinfer8\n`);
    await commands.executeCommand('tensorrt.stack.focus');
    await rowsWhen('the conflict', (rows) => rows.some((row) => /^libnvinfer8 has no version/.test(row)));
    assert.ok((await read('.sidebar .monaco-list-row', 'aria-label')).some((label) => /^TensorRT, .*1 conflict$/.test(label)));
    assert.ok((await read('.sidebar .monaco-list-row', 'aria-label')).some((label) => /^(?:Error|Warning): libnvinfer8 has no version/.test(label)));
    await openText('unknown/Dockerfile', 'FROM scratch\nCOPY app /\n');
    await shownWhen('.sidebar .pane-body', 'that nothing is known', (texts) => texts.some((text) => text.includes('Nothing is known')));
  });

  it('stages can be looked at, not built', async () => {
    const { uri } = await openText('lens/Dockerfile', BASE);
    const titles = await eventually('the links', async () => {
      const lenses = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', uri);
      return lenses.length > 0 ? lenses.map(({ command }) => command?.title) : undefined;
    });
    assert.deepEqual(titles, ['Stack']);
  });

  it('nothing of Docker or the host is offered', async () => {
    assert.ok((await offered('TensorRT: Generate Dockerfile')).some((row) => row.includes('Generate Dockerfile')));
    for (const title of ['Pull Image', 'Build Image', 'Check Host', 'Smoke-Test Image', 'Open in GPU Dev Container', 'Reclaim']) {
      assert.deepEqual((await offered(`TensorRT: ${title}`)).filter((row) => row.includes(title)), []);
    }
    const registered = await commands.getCommands(true);
    assert.deepEqual(registered.filter((command) => /^tensorrt\.(?:pullImage|buildImage|checkHost|openDevContainer|smokeTestImage)$/.test(command)), []);
  });

  it('the server can be started anew', async () => {
    await commands.executeCommand('tensorrt.restartServer');
    const { uri } = await openText('again/Dockerfile', 'FROM nvidia/cuda:11.0-base\n');
    await findings(uri, (all) => all.some((finding) => ruleOf(finding) === 'image-tag-removed'));
  });

  it('another CUDA is found for files together', async () => {
    await writeFile('together/compose.yaml', 'services:\n  app:\n    image: nvidia/cuda:12.4.1-base-ubuntu22.04\n');
    await openText('together/Dockerfile', BASE);
    await runByTitle('TensorRT: Change CUDA Version');
    await shownWhen(ROWS, 'the versions', (rows) => rows.some((row) => row.startsWith('12.')));
    await type('11.8');
    await choose('11.8');
    await shownWhen(ROWS, 'the files', (rows) => ['together/Dockerfile', 'together/compose.yaml'].every((name) => rows.some((row) => row.includes(name))));
    await press('Escape');
  });

  it('a Dockerfile is generated after its text was agreed to', async () => {
    const done = commands.executeCommand('tensorrt.generateDockerfile');
    await choose('Python');
    await choose('TensorRT 8.6');
    await choose('Packages in an image of CUDA');
    await choose('A user without root');
    await shownWhen('.multiDiffEntry .view-lines', 'the change', (texts) => texts.some((text) => text.includes('FROM')));
    await screenshot('web-generate');
    assert.equal(await textOf('Dockerfile'), undefined);
    await agree('Dockerfile');
    await done;
    assert.match((await textOf('Dockerfile')) ?? '', /^FROM nvidia\/cuda:.* AS base$[^]*^USER dev$/m);
    await workspace.fs.delete(fileUri('Dockerfile'));
  });

  it('a dev container is added to one that is there, without words about a machine, and undone', async () => {
    const before = '{\n  // ours\n  "image": "mine:1",\n}\n';
    const document = await openText('.devcontainer/devcontainer.json', before);
    const done = commands.executeCommand('tensorrt.addDevContainer');
    await choose('All, where there are any');
    const displays = await shownWhen(ROWS, 'the displays', (rows) => rows.some((row) => row.includes('On Wayland')));
    assert.deepEqual(displays.filter((row) => row.includes('suits this machine')), []);
    await click(ROWS, { text: 'No' });
    const extras = await shownWhen(ROWS, 'the rows to tick', (rows) => rows.some((row) => row.includes('Shared memory of 8 GB')));
    assert.deepEqual(extras.filter((row) => /found here|suits this machine/.test(row)), []);
    await press('Enter');
    await agree('devcontainer.json');
    await done;
    assert.match(document.getText(), /"hostRequirements": \{ "gpu": "optional" \}/);
    assert.equal(await textOf('.devcontainer/devcontainer.json'), document.getText());
    await window.showTextDocument(document);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), before);
    await workspace.fs.delete(fileUri('.devcontainer'), { recursive: true });
  });

  it('a command becomes a Compose service', async () => {
    const done = commands.executeCommand('tensorrt.convertRunLine');
    await answerInput(/The command: docker run/, 'docker run --name viewer --gpus all -p 8080:8080 my/image:1');
    await choose('Compose service');
    await agree('compose.yaml');
    await done;
    assert.match((await textOf('compose.yaml')) ?? '', /^ {2}viewer:\n {4}image: my\/image:1$/m);
    await workspace.fs.delete(fileUri('compose.yaml'));
  });
});
