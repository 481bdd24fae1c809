import assert from 'node:assert/strict';
import { commands, workspace, type CodeAction, type TextDocument } from 'vscode';
import { STUBS, STUBS_RULE } from './samples';
import { closeEditors, findings, openText, ruleOf } from './workbench';

/** The code actions at the first finding of a document. */
async function actionsAtFinding(document: TextDocument, kind?: string): Promise<CodeAction[]> {
  const [finding] = await findings(document.uri, (all) => all.length > 0);
  return commands.executeCommand<CodeAction[]>('vscode.executeCodeActionProvider', document.uri, finding?.range, kind);
}

async function apply(actions: readonly CodeAction[], title: string): Promise<void> {
  const action = actions.find((each) => each.title.startsWith(title));
  assert.ok(action?.edit !== undefined, `no action "${title}" among: ${actions.map((each) => each.title).join(', ')}`);
  assert.ok(await workspace.applyEdit(action.edit));
}

describe('quick fixes', () => {
  afterEach(closeEditors);

  it('remove the finding, and undo brings it back', async () => {
    const document = await openText('fix/Dockerfile', STUBS);
    await apply(await actionsAtFinding(document), 'Take the stubs off');
    await findings(document.uri, (all) => all.length === 0);
    assert.match(document.getText(), /^ENV LD_LIBRARY_PATH=\$LD_LIBRARY_PATH$/m);
    await commands.executeCommand('undo');
    assert.equal(document.getText(), STUBS);
    await findings(document.uri, (all) => all.length === 1);
  });

  it('suppress a finding', async () => {
    const document = await openText('suppress/Dockerfile', STUBS);
    await apply(await actionsAtFinding(document), `Ignore ${STUBS_RULE}`);
    await findings(document.uri, (all) => all.length === 0);
    assert.match(document.lineAt(1).text, new RegExp(`^# trtc ignore=${STUBS_RULE} -- `));
  });

  it('offer the preferred one and the explanation', async () => {
    const document = await openText('offer/Dockerfile', STUBS);
    const actions = await actionsAtFinding(document);
    assert.deepEqual(
      actions.filter(({ isPreferred }) => isPreferred).map(({ title }) => title),
      ['Take the stubs off LD_LIBRARY_PATH'],
    );
    assert.equal(actions.find(({ title }) => title.startsWith('Explain'))?.command?.command, 'tensorrt.explainRule');
  });

  it('of a whole file are applied by one command', async () => {
    const document = await openText('all/Dockerfile', 'FROM nvidia/cuda:11.6.0-devel-ubuntu20.04 AS build\nFROM nvidia/cuda:11.6.0-runtime-ubuntu20.04\n');
    await findings(document.uri, (all) => all.filter((each) => ruleOf(each) === 'image-tag-removed').length === 2);
    await commands.executeCommand('tensorrt.fixAllInFile');
    await findings(document.uri, (all) => all.every((each) => ruleOf(each) !== 'image-tag-removed'));
    assert.equal(document.getText(), 'FROM nvidia/cuda:11.6.2-devel-ubuntu20.04 AS build\nFROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\n');
  });
});
