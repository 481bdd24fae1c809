import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { CHANGE_CUDA_REQUEST, FACTS_REQUEST, SPLIT_STAGE_REQUEST, STACK_REQUEST, type ChangeCudaAnswer, type ChangeCudaParams, type FactsAnswer, type SplitStageAnswer, type StackAnswer } from '../../src/core/protocol/requests';
import { TestClient } from './client';

let client: TestClient;
beforeEach(async () => {
  client = await new TestClient().start();
});
afterEach(() => client.dispose());

describe('tensorrt/stack', () => {
  it('answers what the stages contain', async () => {
    const uri = await client.open('Dockerfile', 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04 AS base\n');
    const answer = await client.connection.sendRequest<StackAnswer>(STACK_REQUEST, { textDocument: { uri } });
    expect(answer).toMatchObject({ version: 1, stages: [{ name: 'base', index: 0, line: 1 }] });
    expect(answer?.stages[0]?.components).toContainEqual(expect.objectContaining({ kind: 'cuda', version: '11.6.2', file: uri, line: 1 }));
  });

  it('answers null for what is no Dockerfile', async () => {
    const uri = await client.open('notes.txt', 'FROM here on', 'plaintext');
    expect(await client.connection.sendRequest<StackAnswer>(STACK_REQUEST, { textDocument: { uri } })).toBeNull();
  });
});

describe('tensorrt/facts', () => {
  it('answers how many facts there are and how old they are', async () => {
    const { checked, rows, tables } = await client.connection.sendRequest<FactsAnswer>(FACTS_REQUEST);
    expect(checked).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(rows).toBeGreaterThan(tables);
  });
});

describe('tensorrt/changeCuda', () => {
  const ask = (params: ChangeCudaParams): Promise<ChangeCudaAnswer> => client.connection.sendRequest<ChangeCudaAnswer>(CHANGE_CUDA_REQUEST, params);
  const PLAIN = 'FROM nvidia/cuda:11.2.2-devel-ubuntu20.04 AS tools\nRUN make\n';
  const BOUND = 'FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04 AS legacy\nRUN apt-get update && apt-get install -y python3-pip && pip3 install tensorflow==2.9.2\n';

  it('answers the edits of a file to which the CUDA fits', async () => {
    const uri = await client.open('Dockerfile', PLAIN);
    const answer = await ask({ uris: [uri], cuda: '12.4' });
    expect(TextDocument.applyEdits(client.document(uri), [...(answer.edits[uri] ?? [])])).toBe(PLAIN.replace('11.2.2', '12.4.1'));
    expect(answer).toMatchObject({ files: [{ uri, cuda: ['11.2.2'] }], conflicts: [], stages: [], notes: [], kept: [] });
    expect(answer).not.toHaveProperty('nearest');
  });

  it('answers what would not fit, with the nearest CUDA that fits', async () => {
    const uri = await client.open('Dockerfile', BOUND);
    const answer = await ask({ uris: [uri], cuda: '12.4' });
    expect(answer).toMatchObject({ conflicts: [{ uri, messages: [expect.stringMatching(/^tensorflow==2\.9\.2 is built for CUDA 11\.2/)] }], nearest: '11.8', stages: [] });
    expect(answer.notes).toEqual([expect.stringMatching(/^cuDNN 8\.[\d.]+ becomes 9/)]);
    expect((await ask({ uris: [uri], cuda: '11.8' })).conflicts).toEqual([]);
  });

  it('leaves the stages as they are in which something would not fit', async () => {
    const uri = await client.open('Dockerfile', `${PLAIN}${BOUND}FROM tools\nCOPY --from=legacy /model /model\n`);
    expect(await ask({ uris: [uri], cuda: '12.4' })).toMatchObject({ stages: ['legacy'], conflicts: [{ uri }] });
    const answer = await ask({ uris: [uri], cuda: '12.4', leaveStages: true });
    expect(answer).toMatchObject({ stages: ['legacy'], conflicts: [] });
    expect(TextDocument.applyEdits(client.document(uri), [...(answer.edits[uri] ?? [])])).toMatch(/^FROM nvidia\/cuda:12\.4\.1[^]*FROM nvidia\/cuda:11\.2\.2-cudnn8/);
  });
});

describe('tensorrt/splitStage', () => {
  const TEXT = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nWORKDIR /app\nCOPY . .\nRUN make\nCMD ["./app"]\n\nFROM ubuntu:22.04\n';
  const ask = (uri: string, line: number): Promise<SplitStageAnswer> => client.connection.sendRequest<SplitStageAnswer>(SPLIT_STAGE_REQUEST, { textDocument: { uri }, position: { line, character: 0 } });

  it('answers the edits of the stage at a line', async () => {
    const uri = await client.open('Dockerfile', TEXT);
    const answer = await ask(uri, 3);
    if (answer === null || 'refusal' in answer) throw new Error(answer?.refusal);
    const after = TextDocument.applyEdits(client.document(uri), [...answer.edits]);
    expect(after).toBe('FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nWORKDIR /app\nCOPY . .\nRUN make\n\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nWORKDIR /app\nCOPY --from=build /app /app\nCMD ["./app"]\n\nFROM ubuntu:22.04\n');
    expect(answer).toMatchObject({ build: 'build', image: 'nvidia/cuda:12.4.1-runtime-ubuntu22.04', done: ['/app is copied from the build stage.'], check: [expect.stringContaining('OpenMP')] });
  });

  it('answers why a stage stays one, in the language of the client', async () => {
    const template = '{0} has no runtime image that is known.';
    client.dispose();
    client = await new TestClient().start(undefined, { translations: { [template]: '{0}: nichts bekannt.' } });
    const uri = await client.open('Dockerfile', TEXT);
    expect(await ask(uri, 6)).toEqual({ refusal: 'ubuntu:22.04: nichts bekannt.' });
  });

  it('answers null for a document that is not there', async () => {
    expect(await ask('file:///nowhere/Dockerfile', 0)).toBeNull();
  });
});
