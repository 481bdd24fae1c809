import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CodeAction } from 'vscode-languageserver/node';
import { rangeOf, TestClient } from './client';

const STUBS = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
const RULE = 'cuda-driver-library-copied';

let client: TestClient;
beforeEach(async () => {
  client = await new TestClient().start(undefined, { explainCommand: 'test.explain' });
});
afterEach(() => client.dispose());

function titled(actions: readonly CodeAction[], start: string): CodeAction | undefined {
  return actions.find(({ title }) => title.startsWith(start));
}

describe('quick fixes', () => {
  it('offer the fix first, then suppression and explanation', async () => {
    const uri = await client.open('Dockerfile', STUBS);
    const actions = await client.actions(uri, rangeOf(client.document(uri), '/stubs'));
    expect(actions.map(({ title, kind, isPreferred }) => [title, kind, isPreferred])).toEqual([
      ['Take the stubs off LD_LIBRARY_PATH', 'quickfix', true],
      [`Ignore ${RULE} for this instruction`, 'quickfix', undefined],
      [`Explain ${RULE}`, 'quickfix', undefined],
    ]);
    for (const { diagnostics } of actions) expect(diagnostics).toMatchObject([{ code: RULE }]);
    expect(titled(actions, 'Explain')?.command).toMatchObject({ command: 'test.explain', arguments: [RULE] });
  });

  it('remove the finding', async () => {
    const uri = await client.open('Dockerfile', STUBS);
    const [fix] = await client.actions(uri, rangeOf(client.document(uri), '/stubs'));
    await client.change(uri, client.apply(fix, uri));
    expect(await client.rules(uri)).toEqual([]);
  });

  it('are offered only at the finding', async () => {
    const uri = await client.open('Dockerfile', STUBS);
    expect(await client.actions(uri, rangeOf(client.document(uri), 'FROM'))).toEqual([]);
  });

  it.each([
    ['a plain instruction', STUBS, 'ENV'],
    ['windows line ends', STUBS.replaceAll('\n', '\r\n'), 'ENV'],
    ['a continued instruction', STUBS.replace('ENV ', 'ENV A=1 \\\n    '), 'ENV'],
  ])('suppress above %s', async (_, text, before) => {
    const uri = await client.open('Dockerfile', text);
    const actions = await client.actions(uri, rangeOf(client.document(uri), '/stubs'));
    const suppressed = client.apply(titled(actions, 'Ignore'), uri);
    expect(suppressed.replaceAll('\r', '')).toBe(text.replace(before, `# trtc ignore=${RULE} -- reason\n${before}`).replaceAll('\r', ''));
    await client.change(uri, suppressed);
    expect(await client.rules(uri)).toEqual([]);
  });

  it('suppress in a script of the build context', async () => {
    const text = 'if true; then\n  echo /usr/local/cuda/lib64/stubs > /etc/ld.so.conf.d/stubs.conf\nfi\n';
    const dockerfile = await client.open('Dockerfile', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nCOPY install.sh /tmp/\nRUN bash /tmp/install.sh\n');
    const script = await client.open('install.sh', text, 'shellscript');
    await client.pull(dockerfile);
    const actions = await client.actions(script, rangeOf(client.document(script), 'echo'));
    const suppressed = client.apply(titled(actions, 'Ignore'), script);
    expect(suppressed).toBe(text.replace('  echo', `  # trtc ignore=${RULE} -- reason\n  echo`));
    await client.change(script, suppressed);
    await client.pull(dockerfile);
    await client.until(() => client.published.get(script)?.length === 0);
  });

  it('of clients without versioned edits carry plain changes', async () => {
    client.dispose();
    client = await new TestClient().start({ textDocument: { diagnostic: {} } });
    const uri = await client.open('Dockerfile', STUBS);
    const [fix, ...others] = await client.actions(uri, rangeOf(client.document(uri), '/stubs'));
    expect(fix?.edit?.changes?.[uri]).toHaveLength(1);
    expect(others.map(({ title }) => title)).toEqual([`Ignore ${RULE} for this instruction`]);
  });
});

describe('fix all', () => {
  it('is offered only when it is asked for', async () => {
    const uri = await client.open('Dockerfile', STUBS);
    const everywhere = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };
    expect((await client.actions(uri, everywhere)).map(({ kind }) => kind)).not.toContain('source.fixAll.tensorrt');
    expect((await client.actions(uri, everywhere, ['source.organizeImports']))).toEqual([]);
  });

  it.each(['Dockerfile', 'untitled:Untitled-1'])('mends %s in one edit', async (name) => {
    const uri = await client.open(name, 'FROM nvidia/cuda:11.6.0-devel-ubuntu20.04 AS build\nFROM nvidia/cuda:11.6.0-runtime-ubuntu20.04\n');
    const actions = await client.actions(uri, rangeOf(client.document(uri), 'FROM'), ['source.fixAll']);
    expect(actions.map(({ kind }) => kind)).toEqual(['source.fixAll.tensorrt']);
    expect(client.apply(actions[0], uri)).toBe('FROM nvidia/cuda:11.6.2-devel-ubuntu20.04 AS build\nFROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\n');
  });

  it('leaves alone what is not safe', async () => {
    const uri = await client.open('Dockerfile', STUBS);
    expect(await client.actions(uri, rangeOf(client.document(uri), '/stubs'), ['source.fixAll'])).toEqual([]);
  });
});
