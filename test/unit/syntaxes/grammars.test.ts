import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it, describe } from 'vitest';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

/** What an injection meets in VS Code: its grammar takes comments, strings and `FROM … AS` in one piece. */
const DOCKERFILE = {
  scopeName: 'source.dockerfile',
  patterns: [
    { match: '^\\s*\\b(?i:(FROM))\\b.*?\\b(?i:(AS))\\b', captures: { 1: { name: 'keyword' }, 2: { name: 'keyword' } } },
    { match: '^\\s*(?i:(FROM|RUN|ENV|ARG))\\s', captures: { 1: { name: 'keyword' } } },
    { begin: '"', end: '"', name: 'string.quoted.double' },
    { match: '^(\\s*)((#).*$\\n?)', captures: { 2: { name: 'comment.line' } } },
  ],
};

const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(wasm);

const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: (scope) => {
    if (scope === 'source.dockerfile') return Promise.resolve(textmate.parseRawGrammar(JSON.stringify(DOCKERFILE), 'base.json'));
    const file = scope === 'source.dockerfile.gpu' ? 'dockerfile-gpu' : 'tensorrt-log';
    return Promise.resolve(textmate.parseRawGrammar(readFileSync(`syntaxes/${file}.tmLanguage.json`, 'utf8'), `${file}.json`));
  },
  getInjections: (scope) => (scope === 'source.dockerfile' ? ['source.dockerfile.gpu'] : []),
});

/** `text → scope` of every piece of a line that has a scope of its own; the scope without the language at its end. */
async function scopesOf(language: string, line: string): Promise<string[]> {
  const grammar = await registry.loadGrammar(language);
  const { tokens } = grammar!.tokenizeLine(line, textmate.INITIAL);
  return tokens.flatMap(({ startIndex, endIndex, scopes }) => {
    const scope = scopes.at(-1) ?? language;
    const text = line.slice(startIndex, endIndex);
    return scope === language || text.trim() === '' ? [] : [`${text} → ${scope.replace(/\.(?:dockerfile|tensorrt)$/, '')}`];
  });
}

describe('in a Dockerfile', () => {
  it.each<[string, string[]]>([
    [
      'FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS build',
      [
        'FROM → keyword.other.special-method',
        'nvidia/cuda → entity.name.type.image',
        '12.4.1 → constant.numeric.version',
        'cudnn → variable.other.flavor',
        'devel → variable.other.flavor',
        'ubuntu22.04 → support.class.distribution',
        'AS → keyword.other.special-method',
      ],
    ],
    [
      'FROM --platform=linux/amd64 nvcr.io/nvidia/tensorrt:23.08-py3',
      ['FROM → keyword.other.special-method', 'nvcr.io/nvidia/tensorrt → entity.name.type.image', '23.08 → constant.numeric.version', 'py3 → variable.other.flavor'],
    ],
    ['FROM nvcr.io/nvidia/l4t-base:r35.3.1', ['FROM → keyword.other.special-method', 'nvcr.io/nvidia/l4t-base → entity.name.type.image', 'r35.3.1 → constant.numeric.version']],
    [
      '    libnvinfer8=8.6.1.6-1+cuda11.8 \\',
      ['libnvinfer8 → support.class.package', '= → keyword.operator', '8.6.1.6-1 → constant.numeric.version', '+cuda11.8 → variable.other.cuda'],
    ],
    ['RUN pip install torch==2.1.0+cu121 --index-url https://download.pytorch.org/whl/cu121', ['RUN → keyword', '+cu121 → variable.other.cuda', 'cu121 → variable.other.cuda']],
    ['RUN pip install tensorrt-cu12==10.3.0', ['RUN → keyword', 'tensorrt-cu12 → support.class.package', '== → keyword.operator', '10.3.0 → constant.numeric.version']],
    [
      'ENV TORCH_CUDA_ARCH_LIST=8.6;8.9+PTX',
      ['ENV → keyword', 'TORCH_CUDA_ARCH_LIST → variable.other.constant.architecture', '8.6 → constant.other.option.architecture', '8.9+PTX → constant.other.option.architecture'],
    ],
    ['RUN nvcc -gencode arch=compute_90,code=sm_90a x.cu', ['RUN → keyword', 'compute_90 → constant.other.option.architecture', 'sm_90a → constant.other.option.architecture']],
    ['# FROM nvidia/cuda:12.4.1-base-ubuntu22.04', ['# FROM nvidia/cuda:12.4.1-base-ubuntu22.04 → comment.line']],
    ['FROM ubuntu:22.04 AS base', ['FROM → keyword', 'AS → keyword']],
    ['RUN apt-get install -y curl=7.81.0-1', ['RUN → keyword']],
    ['COPY nvidia/cudart /opt', []],
  ])('%s', async (line, scopes) => {
    expect(await scopesOf('source.dockerfile', line)).toEqual(scopes);
  });
});

describe('in a log', () => {
  it.each<[string, string[]]>([
    [
      '&&&& FAILED TensorRT.trtexec [TensorRT v8601] # trtexec --onnx=m.onnx',
      ['&&&& → punctuation.definition.heading', 'FAILED → markup.deleted', 'TensorRT.trtexec → entity.name.function', ' [TensorRT v8601] # trtexec --onnx=m.onnx → comment.line'],
    ],
    [
      '[12/30/2022-16:53:21] [I] [TRT] Latency: mean = 1.25 ms',
      ['[12/30/2022-16:53:21] → comment.line.timestamp', '[I] → markup.heading', '[TRT] → entity.name.type', '1.25 → constant.numeric'],
    ],
    ['[11/27/2023-08:17:03] [E] Model missing or format not recognized', ['[11/27/2023-08:17:03] → comment.line.timestamp', '[E] → invalid']],
    ['#12 CACHED', ['#12 → constant.numeric.step', 'CACHED → markup.inserted']],
    ['#12 ERROR: process did not complete successfully: exit code: 100', ['#12 → constant.numeric.step', 'ERROR: process did not complete successfully: exit code: 100 → invalid']],
    ['E: Unable to locate package libnvinfer8', ['E: Unable to locate package libnvinfer8 → invalid']],
  ])('%s', async (line, scopes) => {
    expect(await scopesOf('text.log.tensorrt', line)).toEqual(scopes);
  });
});
