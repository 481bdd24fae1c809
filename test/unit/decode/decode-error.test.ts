import { describe, expect, it } from 'vitest';
import { decodeError, formatDecoded } from '../../../src/core/decode/decode-error';
import { listLiterals } from '../../../src/core/decode/literals';
import { listPlaceholders } from '../../../src/core/engine/message';
import { knownErrors } from '../../../src/core/facts/errors';

describe.each(knownErrors().map((error) => ({ id: error.id, error })))('$id', ({ error }) => {
  const line = error.message.split('\n').find((one) => new RegExp(error.match).test(one)) ?? '';

  it('matches its own message, and is found in it', () => {
    expect(line).toMatch(new RegExp(error.match));
    expect(listLiterals(error.match).some((literal) => line.includes(literal))).toBe(true);
    const found = decodeError(error.message).map(({ id }) => id);
    // The example of a general message may be one that a more telling one describes.
    if (error.tells === 'cause') expect(found).toContain(error.id);
    else expect(found).not.toEqual([]);
  });

  it('looks for enough plain text to be quick and sure', () => {
    for (const literal of listLiterals(error.match)) expect(literal.length).toBeGreaterThanOrEqual(10);
  });

  it('uses only values that its message gives', () => {
    const groups = new RegExp(error.match).exec(line)?.groups ?? {};
    for (const template of [error.cause, ...error.check, ...error.remedy]) {
      for (const name of listPlaceholders(template)) expect(groups[name], `${name} in “${template}”`).toBeTypeOf('string');
    }
  });
});

const MIB = 1024 * 1024;

describe('decodeError', () => {
  it('finds nothing in nothing, and in what it does not know', () => {
    expect(decodeError('')).toEqual([]);
    expect(decodeError('Successfully built 0123456789ab\nall is well\n')).toEqual([]);
  });

  it('gives the place of the words in the text as it was handed in', () => {
    const text = '\u001b[31mdocker: Error response from daemon: could not select device driver \\"\\" with capabilities: [[gpu]].\u001b[0m\r\nnext';
    const [first, ...others] = decodeError(text);
    expect(others).toEqual([]);
    expect(first?.id).toBe('docker-no-gpu-driver');
    expect(text.slice(first?.range.start, first?.range.end)).toBe('could not select device driver \\"\\" with capabilities: [[gpu');
    expect(first?.line).not.toContain('\u001b');
  });

  it('prefers the more specific of two descriptions of one spot', () => {
    expect(decodeError('Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]]').map(({ id }) => id)).toEqual(['compose-no-gpu-driver']);
    expect(decodeError('Could not load library libcudnn_ops_infer.so.8. Error: libcublas.so.11: cannot open shared object file: No such file or directory').map(({ id }) => id)).toEqual([
      'libcudnn-libcublas11',
    ]);
  });

  it('puts causes before symptoms and errors before warnings, and counts', () => {
    const text = [
      "W tensorflow/…: TF-TRT Warning: Could not find TensorRT",
      "AttributeError: 'NoneType' object has no attribute 'create_execution_context'",
      'DataLoader worker (pid 13) is killed by signal: Bus error.',
      'DataLoader worker (pid 14) is killed by signal: Bus error.',
    ].join('\n');
    expect(decodeError(text).map(({ id, times }) => [id, times])).toEqual([
      ['shm-bus-error', 2],
      ['tf-trt-missing', 1],
      ['trt-none-engine', 1],
    ]);
  });

  it('finds several errors in a text whose line breaks were lost', () => {
    const filler = 'x '.repeat(300);
    const text = `Failed to initialize NVML: Unknown Error ${filler} DataLoader worker (pid 13) is killed by signal: Bus error.`;
    expect(decodeError(text).map(({ id }) => id)).toEqual(['nvml-unknown', 'shm-bus-error']);
  });

  it('puts values into the texts', () => {
    const [found] = decodeError('nvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version');
    expect(found?.values).toEqual({ cuda: '12.8' });
    expect(found === undefined ? '' : formatDecoded(found).cause).toContain('CUDA 12.8');
  });

  it.each([
    ['many lines', 'E: Version \'8.6.1.6-1+cuda12.0\' for \'libnvinfer8\' was not found\n'],
    ['beginnings without an end', 'libnvinfer8 : Depends: libnvinfer'],
    ['escape characters', '\u001b['],
    ['unfinished titles', '\u001b]0;'],
    ['backslashes', '\\'],
    ['one line of solve errors', 'failed to solve: '],
    ['words of many patterns', 'docker: nvidia/cuda:libnvinfer.so cannot open shared object file E: Version '],
  ])('reads 10 MB of %s in bounded time', (_, piece) => {
    const text = piece.repeat(Math.ceil((10 * MIB) / piece.length));
    const start = performance.now();
    decodeError(`${text}\nFailed to initialize NVML: Unknown Error`);
    // Wide of what it takes (0.3 s), and far from what a pattern that runs away takes.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(decodeError(`${text}\nFailed to initialize NVML: Unknown Error`).some(({ id }) => id === 'nvml-unknown')).toBe(true);
  });
});
