import assert from 'node:assert/strict';
import { commands, TabInputWebview, window, workspace, WorkspaceEdit, type DocumentLink } from 'vscode';
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

  it('show the stack of the active Dockerfile, follow it, and link to its lines', async () => {
    const document = await openText('stack/Dockerfile', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\n');
    await commands.executeCommand('tensorrt.showStack');
    const page = await eventually('the page', () => workspace.textDocuments.find(({ uri }) => uri.scheme === 'tensorrt-stack' && uri.query === document.uri.toString()));
    assert.match(page.getText(), /^Dockerfile:1 {2}Stage 0 \(build\), from nvidia\/cuda:12\.4\.1-devel-ubuntu22\.04$/m);
    assert.match(page.getText(), /^ {2}Dockerfile:1 {2}CUDA +12\.4\.1 +base image$/m);
    const links = await commands.executeCommand<DocumentLink[]>('vscode.executeLinkProvider', page.uri);
    assert.equal(page.getText(links[0]?.range), 'Dockerfile:1');
    assert.deepEqual(JSON.parse(links[0]?.target?.query ?? ''), [document.uri.toString(), 1]);

    const edit = new WorkspaceEdit();
    edit.replace(document.uri, document.lineAt(0).range, 'FROM nvidia/cuda:11.8.0-devel-ubuntu22.04');
    await workspace.applyEdit(edit);
    await eventually('the new stack', () => page.getText().includes('11.8.0') || undefined);
  });

  it('are linked from the code of a diagnostic', async () => {
    const document = await openText('link/Dockerfile', STUBS);
    const [finding] = await findings(document.uri, (all) => all.length === 1);
    assert.ok(typeof finding?.code === 'object');
    assert.equal(finding.code.target.scheme, 'command');
    assert.equal(finding.code.target.path, 'tensorrt.explainRule');
  });
});
