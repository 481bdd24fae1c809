// The tools as a language model of the workbench calls them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { STUBS, STUBS_RULE } from './samples';
import { fileUri, writeFile } from './workbench';

/** The part of VS Code's API, from 1.95 on, that calls tools. */
interface LanguageModels {
  readonly tools: readonly { readonly name: string }[];
  invokeTool(name: string, options: { readonly input: object; readonly toolInvocationToken: undefined }): Thenable<{ readonly content: readonly { readonly value?: string }[] }>;
}
const { lm } = vscode as unknown as { readonly lm: LanguageModels };

/** What a tool tells the model. */
async function call(name: string, input: object): Promise<string> {
  const { content } = await lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return content.map(({ value }) => value ?? '').join('');
}

describe('tools for language models', () => {
  it('are offered', () => {
    const names = lm.tools.map(({ name }) => name).filter((name) => name.startsWith('tensorrt_'));
    assert.deepEqual(names.sort(), ['tensorrt_check_file', 'tensorrt_decode_error', 'tensorrt_describe_image', 'tensorrt_explain_finding', 'tensorrt_propose_stack', 'tensorrt_read_stack']);
  });

  it('read files of the workspace, by a path from its folder and by an absolute one', async () => {
    const { fsPath } = await writeFile('assistant/Dockerfile', STUBS);
    for (const one of ['assistant/Dockerfile', fsPath]) assert.match(await call('tensorrt_check_file', { path: one }), new RegExp(STUBS_RULE));
  });

  it('read no file outside of the workspace, however it is written', async () => {
    const folder = fileUri('').fsPath;
    const outside = mkdtempSync(path.join(path.dirname(folder), 'outside-'));
    try {
      writeFileSync(path.join(outside, 'Dockerfile'), STUBS);
      const beside = `../${path.basename(outside)}/Dockerfile`;
      for (const one of [`${outside}/Dockerfile`, beside, `${folder}/${beside}`, `assistant/../${beside}`]) await assert.rejects(call('tensorrt_check_file', { path: one }), /./, one);
    } finally {
      rmSync(outside, { recursive: true });
    }
  });
});
