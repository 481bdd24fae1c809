import { describe, expect, it } from 'vitest';
import { complete } from '../../../src/core/assist/complete';
import { replaceRestOfWord } from '../../../src/core/assist/completion/rest-of-word';
import { analyse } from '../../../src/core/engine/analyse';

/** The text once the first item offered at `│` is taken. */
function acceptAt(marked: string): string {
  const text = marked.replace('│', '');
  const { stack } = analyse(text, 'Dockerfile', {});
  const [first] = stack === undefined ? [] : replaceRestOfWord(complete(stack, marked.indexOf('│')), text, marked.indexOf('│'));
  return first === undefined ? 'nothing' : text.slice(0, first.range.start) + first.newText + text.slice(first.range.end);
}

describe('what is taken in the middle of a word', () => {
  it.each([
    ['FROM nvidia/cuda:12.4.1-runt│cudnn-devel-ubuntu22.04 AS a\n', 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04 AS a\n'],
    ['FROM nvidia/cu│:12.4.1-base-ubuntu22.04\n', 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\n'],
    ['FROM nvidia/c│ AS a\n', 'FROM nvidia/cuda: AS a\n'],
    ['FROM nvidia/cuda:11.6.2-devel-ubuntu20.04\nRUN apt-get install -y libnvinfer8=│8.6.1.6-1+cuda12.0 curl\n', 'FROM nvidia/cuda:11.6.2-devel-ubuntu20.04\nRUN apt-get install -y libnvinfer8=8.4.3-1+cuda11.6 curl\n'],
    ['FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV NVIDIA_VISIBLE_D│\n', 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV NVIDIA_VISIBLE_DEVICES=\n'],
  ])('%s', (marked, text) => {
    expect(acceptAt(marked)).toBe(text);
  });

  it('leaves the other architectures of a list', () => {
    const before = 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN cmake -DCMAKE_CUDA_ARCHITECTURES="8';
    const { stack } = analyse(`${before};90"\n`, 'Dockerfile', {});
    const [first] = stack === undefined ? [] : replaceRestOfWord(complete(stack, before.length), `${before};90"\n`, before.length);
    expect(first?.range.end).toBe(before.length);
  });
});
