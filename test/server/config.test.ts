import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompletionRequest, DiagnosticSeverity, type CompletionItem } from 'vscode-languageserver/node';
import { TestClient } from './client';

// .trtc.yaml in the editor: where it is found, when it is read again, how its faults are shown.

const STUBS = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
const RULE = 'cuda-driver-library-copied';
const OFF = `rules: { ${RULE}: off }\n`;

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
});
afterEach(() => client.dispose());

describe('.trtc.yaml', () => {
  it('holds for the documents below it', async () => {
    await client.start();
    client.write('.trtc.yaml', OFF);
    expect(await client.rules(await client.open('docker/Dockerfile', STUBS))).toEqual([]);
  });

  it('is the nearest one, and none above the repository', async () => {
    await client.start();
    client.write('.trtc.yaml', OFF);
    client.write('a/.trtc.yml', '');
    client.write('b/.git/HEAD', '');
    expect(await client.rules(await client.open('a/Dockerfile', STUBS))).toEqual([RULE]);
    expect(await client.rules(await client.open('b/Dockerfile', STUBS))).toEqual([RULE]);
  });

  it('gives way to the settings of the editor', async () => {
    await client.start();
    client.write('.trtc.yaml', OFF);
    await client.configure({ rules: { cuda: 'hint' } });
    const [diagnostic] = await client.pull(await client.open('Dockerfile', STUBS));
    expect(diagnostic?.severity).toBe(DiagnosticSeverity.Hint);
  });

  it('leaves documents out', async () => {
    await client.start();
    client.write('.trtc.yaml', 'ignore: [vendor/]\n');
    expect(await client.rules(await client.open('vendor/Dockerfile', STUBS))).toEqual([]);
  });

  it('is read again when it changes on disk', async () => {
    await client.start();
    const uri = await client.open('Dockerfile', STUBS);
    expect(await client.rules(uri)).toEqual([RULE]);
    client.write('.trtc.yaml', OFF);
    await client.touch('.trtc.yaml');
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).toEqual([]);
  });

  it('holds as it stands in the editor', async () => {
    await client.start();
    const uri = await client.open('Dockerfile', STUBS);
    expect(await client.rules(uri)).toEqual([RULE]);
    const config = await client.open('.trtc.yaml', OFF, 'yaml');
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).toEqual([]);
    await client.change(config, '');
    await client.until(() => client.refreshes > 1);
    expect(await client.rules(uri)).toEqual([RULE]);
  });

  it('shows its faults where they are, in the overlay as well', async () => {
    await client.start();
    client.write('images.yaml', 'images:\n  - os: ubuntu22.04\n');
    const config = client.write('.trtc.yaml', 'overlay: images.yaml\nrule: {}\n');
    await client.pull(await client.open('Dockerfile', STUBS));
    await client.until(() => client.published.size > 1);
    expect(client.published.get(config)).toMatchObject([
      { source: 'tensorrt', severity: DiagnosticSeverity.Error, message: 'There is no `rule` here; did you mean `rules`?', range: { start: { line: 1, character: 0 }, end: { line: 1, character: 4 } } },
    ]);
    expect(client.published.get(client.uri('images.yaml'))).toMatchObject([{ message: '`name` is missing.', range: { start: { line: 1, character: 4 } } }]);
  });

  it('takes back faults that are mended', async () => {
    await client.start();
    const config = await client.open('.trtc.yaml', 'rule: {}\n', 'yaml');
    await client.until(() => client.published.get(config)?.length === 1);
    await client.change(config, 'rules: {}\n');
    await client.until(() => client.published.get(config)?.length === 0);
    expect(await client.pull(config)).toEqual([]);
  });

  it.each<[string, unknown, string[] | null]>([
    ['completes', undefined, ['linux/amd64', 'linux/arm64', 'jetson']],
    ['leaves completion to another extension', { completesConfig: false }, null],
  ])('%s', async (_, options, labels) => {
    await client.start(undefined, options);
    const uri = await client.open('.trtc.yaml', 'targets:\n  - platform: \n', 'yaml');
    const items = (await client.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position: { line: 1, character: 14 } })) as CompletionItem[] | null;
    expect(items && items.map(({ label }) => label)).toEqual(labels);
    expect(items?.[0]?.textEdit ?? null).toEqual(items && { range: { start: { line: 1, character: 14 }, end: { line: 1, character: 14 } }, newText: 'linux/amd64' });
  });

  it('brings the images of an overlay', async () => {
    await client.start();
    client.write('.trtc.yaml', 'overlay: images.json\n');
    client.write('images.json', '{ "tags": [{ "image": "nvidia/cuda", "served": ["11.0-base"] }] }');
    const uri = await client.open('Dockerfile', 'FROM nvidia/cuda:11.0-base\n');
    expect(await client.rules(uri)).not.toContain('image-tag-removed');
    client.write('images.json', '{}');
    await client.touch('images.json');
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).toContain('image-tag-removed');
  });
});
