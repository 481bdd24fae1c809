import assert from 'node:assert/strict';
import { Position, window } from 'vscode';
import { closeEditors, findings, openText } from './workbench';

describe('a file of 3,000 lines', () => {
  afterEach(closeEditors);

  it('takes typing, and its diagnostics end up where they belong', async () => {
    const steps = Array.from({ length: 2_998 }, (_, i) => `RUN apt-get update && apt-get install -y package-${i}\n`);
    const document = await openText('large/Dockerfile', `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n${steps.join('')}`);
    const editor = window.activeTextEditor;
    assert.equal(editor?.document, document);
    const line = 'ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH';
    for (const [i, character] of [...line].entries()) {
      await editor.edit((edit) => edit.insert(new Position(1_500, i), character), { undoStopBefore: false, undoStopAfter: false });
    }
    await editor.edit((edit) => edit.insert(new Position(1_500, line.length), '\n'));
    const [finding] = await findings(document.uri, (all) => all.some(({ range }) => range.start.line === 1_500));
    assert.equal(document.getText(finding?.range), '/usr/local/cuda/lib64/stubs');
  });
});
