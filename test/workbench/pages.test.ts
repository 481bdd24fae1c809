import assert from 'node:assert/strict';
import { commands, TabInputWebview, window } from 'vscode';
import { STUBS } from './samples';
import { closeEditors, eventually, findings, openText } from './workbench';

/** Waits for a Markdown preview whose title contains a text. */
async function preview(title: string): Promise<void> {
  await eventually(`the page ${title}`, () =>
    window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      .find(({ input, label }) => input instanceof TabInputWebview && input.viewType.includes('markdown.preview') && label.includes(title)),
  );
}

describe('pages', () => {
  afterEach(closeEditors);

  it('explain a rule', async () => {
    await commands.executeCommand('tensorrt.explainRule', 'image-tag-removed');
    await preview('image-tag-removed');
  });

  it('show the stack of the active Dockerfile', async () => {
    const document = await openText('stack/Dockerfile', STUBS);
    await findings(document.uri, (all) => all.length === 1);
    await commands.executeCommand('tensorrt.showStack');
    await preview('Dockerfile.md');
  });

  it('are linked from the code of a diagnostic', async () => {
    const document = await openText('link/Dockerfile', STUBS);
    const [finding] = await findings(document.uri, (all) => all.length === 1);
    assert.ok(typeof finding?.code === 'object');
    assert.equal(finding.code.target.scheme, 'command');
    assert.equal(finding.code.target.path, 'tensorrt.explainRule');
  });
});
