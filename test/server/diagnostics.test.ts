import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiagnosticSeverity, DocumentDiagnosticRequest } from 'vscode-languageserver/node';
import { TestClient } from './client';

const STUBS = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
const CLEAN = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
const RULE = 'cuda-driver-library-copied';
const RUNS_SCRIPT = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY install.sh /tmp/\nRUN bash /tmp/install.sh\n';
const BAD_SCRIPT = 'set -e\necho /usr/local/cuda/lib64/stubs > /etc/ld.so.conf.d/stubs.conf\n';

let client: TestClient;
beforeEach(() => {
  client = new TestClient();
});
afterEach(() => client.dispose());

describe('pulled diagnostics', () => {
  it('show a finding with its rule, page, place and evidence', async () => {
    await client.start(undefined, { rulePages: 'file:///pages/' });
    const [diagnostic, ...others] = await client.pull(await client.open('Dockerfile', STUBS));
    expect(others).toEqual([]);
    expect(diagnostic).toMatchObject({
      source: 'tensorrt',
      code: RULE,
      codeDescription: { href: `file:///pages/${RULE}.md` },
      severity: DiagnosticSeverity.Warning,
      range: { start: { line: 1, character: 20 }, end: { line: 1, character: 47 } },
    });
    expect(diagnostic?.message).toContain('https://');
    expect(diagnostic?.message).toMatch(/checked \d{4}-\d\d-\d\d/);
  });

  it('point at the other side of a conflict', async () => {
    await client.start();
    const link = 'RUN ln -s /usr/local/cuda/lib64/stubs/libcuda.so /usr/local/cuda/lib64/stubs/libcuda.so.1\n';
    const uri = await client.open('Dockerfile', STUBS.replace('ENV', `${link}ENV`));
    const [diagnostic] = await client.pull(uri);
    expect(diagnostic?.relatedInformation).toMatchObject([{ location: { uri, range: { start: { line: 1 } } } }]);
  });

  it('follow the text', async () => {
    await client.start();
    const uri = await client.open('Dockerfile', CLEAN);
    expect(await client.rules(uri)).toEqual([]);
    await client.change(uri, STUBS);
    expect(await client.rules(uri)).toEqual([RULE]);
  });

  it('are not sent again while nothing changed', async () => {
    await client.start();
    const uri = await client.open('Dockerfile', STUBS);
    const first = await client.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument: { uri } });
    const again = { textDocument: { uri }, ...(first.resultId !== undefined && { previousResultId: first.resultId }) };
    expect(await client.connection.sendRequest(DocumentDiagnosticRequest.type, again)).toMatchObject({ kind: 'unchanged' });
  });

  it.each([
    ['an untitled document', 'untitled:Untitled-1', 'dockerfile', [RULE]],
    ['a document of another file system', 'vscode-vfs://github/o/r/Dockerfile', 'dockerfile', [RULE]],
    ['a Dockerfile by its name alone', 'gpu.Dockerfile', 'unknown', [RULE]],
    ['plain text', 'notes.txt', 'plaintext', []],
    ['a shell script', 'build.sh', 'shellscript', []],
  ])('of %s', async (_, name, language, expected) => {
    await client.start();
    expect(await client.rules(await client.open(name, STUBS, language))).toEqual(expected);
  });

  it.each([
    ['linting is off', { lint: { enable: false } }, []],
    ['the rule is off', { rules: { [RULE]: 'off' } }, []],
    ['its family is off', { rules: { cuda: 'off' } }, []],
    ['a severity is no severity', { rules: { [RULE]: 'loud' } }, [DiagnosticSeverity.Warning]],
    ['it is raised to an error', { rules: { [RULE]: 'error' } }, [DiagnosticSeverity.Error]],
    ['the settings are of a wrong type', { lint: 1, rules: ['off'], buildArgs: null }, [DiagnosticSeverity.Warning]],
  ])('when %s', async (_, configuration, expected) => {
    client.configuration = configuration;
    await client.start();
    const uri = await client.open('Dockerfile', STUBS);
    expect((await client.pull(uri)).map(({ severity }) => severity)).toEqual(expected);
  });

  it('follow a change of the settings', async () => {
    await client.start();
    const uri = await client.open('Dockerfile', STUBS);
    expect(await client.rules(uri)).toEqual([RULE]);
    await client.configure({ rules: { [RULE]: 'off' } });
    await client.until(() => client.refreshes > 0);
    expect(await client.rules(uri)).toEqual([]);
  });

  it('take build arguments from the settings', async () => {
    client.configuration = { buildArgs: { FLAVOR: 'lib64/stubs' } };
    await client.start();
    const uri = await client.open('Dockerfile', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nARG FLAVOR=lib64\nENV LD_LIBRARY_PATH=/usr/local/cuda/$FLAVOR:$LD_LIBRARY_PATH\n');
    expect(await client.rules(uri)).toEqual([RULE]);
  });
});

describe('pushed diagnostics', () => {
  const capabilities = { textDocument: { publishDiagnostics: {} } };

  it('serve a client that does not pull', async () => {
    await client.start(capabilities);
    expect(client.initialized?.capabilities.diagnosticProvider).toBeUndefined();
    const uri = await client.open('Dockerfile', STUBS);
    await client.until(() => client.published.get(uri)?.length === 1);
    await client.change(uri, CLEAN);
    await client.until(() => client.published.get(uri)?.length === 0);
  });

  it('go when the document is closed', async () => {
    await client.start(capabilities);
    const uri = await client.open('Dockerfile', STUBS);
    await client.until(() => client.published.get(uri)?.length === 1);
    await client.close(uri);
    await client.until(() => client.published.get(uri)?.length === 0);
  });

  it('follow settings that are pushed', async () => {
    await client.start(capabilities);
    const uri = await client.open('Dockerfile', STUBS);
    await client.until(() => client.published.get(uri)?.length === 1);
    await client.configure({ rules: { [RULE]: 'off' } });
    await client.until(() => client.published.get(uri)?.length === 0);
  });
});

describe('the build context', () => {
  it('is read, and findings show in its files', async () => {
    await client.start();
    const script = client.write('install.sh', BAD_SCRIPT);
    const uri = await client.open('Dockerfile', RUNS_SCRIPT);
    await client.pull(uri);
    await client.until(() => client.published.get(script)?.length === 1);
    expect(client.published.get(script)).toMatchObject([{ code: RULE, range: { start: { line: 1, character: 0 } } }]);
  });

  it('is read anew when a file changes on disk', async () => {
    await client.start();
    const script = client.write('install.sh', BAD_SCRIPT);
    const uri = await client.open('Dockerfile', RUNS_SCRIPT);
    await client.pull(uri);
    await client.until(() => client.published.get(script)?.length === 1);
    client.write('install.sh', 'true\n');
    await client.touch('install.sh');
    await client.until(() => client.refreshes > 0);
    await client.pull(uri);
    await client.until(() => client.published.get(script)?.length === 0);
  });

  it('is read as it stands in the editor', async () => {
    await client.start();
    const script = client.write('install.sh', 'true\n');
    const uri = await client.open('Dockerfile', RUNS_SCRIPT);
    await client.open('install.sh', 'true\n', 'shellscript');
    await client.pull(uri);
    await client.change(script, BAD_SCRIPT);
    await client.until(() => client.refreshes > 0);
    await client.pull(uri);
    await client.until(() => client.published.get(script)?.length === 1);
  });

  it('is found above the folder of the Dockerfile', async () => {
    await client.start();
    const script = client.write('install.sh', BAD_SCRIPT);
    await client.pull(await client.open('docker/Dockerfile', RUNS_SCRIPT));
    await client.until(() => client.published.get(script)?.length === 1);
  });

  it('tells of a file whose Dockerfile is not open', async () => {
    await client.start();
    client.write('docker/Dockerfile', RUNS_SCRIPT);
    client.write('install.sh', BAD_SCRIPT);
    const script = await client.open('install.sh', BAD_SCRIPT, 'shellscript');
    await client.until(() => client.published.get(script)?.length === 1);
    await client.close(script);
    await client.until(() => client.published.get(script)?.length === 0);
  });

  it('ends at the workspace folder', async () => {
    await client.start();
    const outside = new TestClient();
    outside.write('install.sh', BAD_SCRIPT);
    symlinkSync(path.join(outside.folder, 'install.sh'), path.join(client.folder, 'install.sh'));
    const link = await client.open('Dockerfile', RUNS_SCRIPT);
    const above = await client.open('other/Dockerfile', RUNS_SCRIPT.replace('install.sh /tmp/', `../../${path.basename(outside.folder)}/install.sh /tmp/`));
    for (const uri of [link, above]) await client.pull(uri);
    outside.dispose();
    expect([...client.published.values()].flat()).toEqual([]);
  });

  it('ignores files of more than a megabyte', async () => {
    await client.start();
    client.write('install.sh', BAD_SCRIPT + '#'.repeat(1024 * 1024));
    await client.pull(await client.open('Dockerfile', RUNS_SCRIPT));
    expect([...client.published.values()].flat()).toEqual([]);
  });
});
