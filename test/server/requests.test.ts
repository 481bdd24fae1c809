import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FACTS_REQUEST, STACK_REQUEST, type FactsAnswer, type StackAnswer } from '../../src/core/protocol/requests';
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
