import assert from 'node:assert/strict';
import { commands, Position, Range, window, type CodeLens, type InlayHint, type TextEditor } from 'vscode';
import { closeEditors, eventually, findings, openText } from './workbench';

/** Types a line into the middle of a file, key by key; gives the median time of a key in milliseconds. */
async function type(editor: TextEditor, line: string): Promise<number> {
  const keysMs: number[] = [];
  for (const [i, character] of [...line].entries()) {
    const start = performance.now();
    await editor.edit((edit) => edit.insert(new Position(1_500, i), character), { undoStopBefore: false, undoStopAfter: false });
    keysMs.push(performance.now() - start);
  }
  return keysMs.sort((a, b) => a - b)[Math.floor(keysMs.length / 2)] ?? Number.NaN;
}

describe('a file of 3,000 lines', () => {
  afterEach(closeEditors);

  it('takes typing without waiting, and its diagnostics, hints and links end up where they belong', async () => {
    const steps = Array.from({ length: 2_998 }, (_, i) => `RUN apt-get update && apt-get install -y package-${i}\n`);
    const line = 'ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
    const text = `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\n${steps.join('')}`;
    await openText('large/plain.txt', text);
    assert.ok(window.activeTextEditor);
    const plainMs = await type(window.activeTextEditor, line);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');

    const document = await openText('large/Dockerfile', text);
    const editor = window.activeTextEditor;
    assert.equal(editor.document, document);
    const keyMs = await type(editor, line);
    // Beside a file that nobody analyses: a key that waited for the analysis would take tens of times as long.
    assert.ok(keyMs < 5 * plainMs + 50, `a key takes ${Math.round(keyMs)} ms, in plain text ${Math.round(plainMs)} ms`);

    const [finding] = await findings(document.uri, (all) => all.some(({ range }) => range.start.line === 1_500));
    assert.equal(document.getText(finding?.range), '/usr/local/cuda/lib64/stubs');
    const whole = new Range(0, 0, document.lineCount, 0);
    const hints = await eventually('hints', async () => {
      const found = await commands.executeCommand<InlayHint[]>('vscode.executeInlayHintProvider', document.uri, whole);
      return found.length > 0 ? found : undefined;
    });
    assert.equal(hints[0]?.position.line, 0);
    const lenses = await eventually('links', async () => {
      const found = await commands.executeCommand<CodeLens[]>('vscode.executeCodeLensProvider', document.uri);
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual([...new Set(lenses.map(({ range }) => range.start.line))], [0]);
  });
});
