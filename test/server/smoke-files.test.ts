import { afterEach, beforeEach, expect, it } from 'vitest';
import { CompletionRequest, type CompletionItem } from 'vscode-languageserver/node';
import { TestClient } from './client';

// *.smoke.yaml in the editor: faults at their places, and what can be written.

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
});
afterEach(() => client.dispose());

it('shows what is wrong with a smoke file, and takes it away again', async () => {
  await client.start();
  const uri = await client.open('gpu.smoke.yaml', 'image: x\nchekcs: []\n');
  await client.until(() => (client.published.get(uri) ?? []).length > 0);
  expect(client.published.get(uri)).toMatchObject([{ message: 'There is no `chekcs` here; did you mean `checks`?', range: { start: { line: 1, character: 0 }, end: { line: 1, character: 6 } }, source: 'tensorrt' }]);
  await client.change(uri, 'image: x\nchecks: []\n');
  await client.until(() => client.published.get(uri)?.length === 0);
});

it('completes keys and ids', async () => {
  await client.start();
  const uri = await client.open('gpu.smoke.yaml', 'image: x\nskip:\n  - \n');
  const items = (await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 2, character: 4 } })) as CompletionItem[];
  expect(items.map(({ label }) => label)).toEqual(expect.arrayContaining(['nvidia-smi', 'torch-device']));
});
