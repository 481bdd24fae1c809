import assert from 'node:assert/strict';
import { commands, MarkdownString, Position, type CompletionList } from 'vscode';
import { closeEditors, eventually, openText } from './workbench';

describe('completion of a tag', () => {
  afterEach(closeEditors);

  it('tells all that is known of the image, once it is asked', async () => {
    const { uri } = await openText('complete/Dockerfile', 'FROM nvidia/cuda:12.4\n');
    const [item] = await eventually('the tags', async () => {
      const list = await commands.executeCommand<CompletionList>('vscode.executeCompletionItemProvider', uri, new Position(0, 21), undefined, 1);
      const ours = list.items.filter(({ label }) => typeof label === 'string' && label.startsWith('12.4.1-'));
      return ours.length > 0 ? ours : undefined;
    });
    assert.ok(item?.documentation instanceof MarkdownString, JSON.stringify(item));
    assert.match(item.documentation.value, /Contains: CUDA 12\.4\.1/);
  });
});
