import { expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { tensorflowWheel } from '../../../src/core/facts/frameworks';

/** The rules that speak of the TensorFlow of a Dockerfile. */
function rulesFor(...lines: readonly string[]): readonly string[] {
  return analyse(`${lines.join('\n')}\n`, 'Dockerfile')
    .findings.map(({ rule }) => rule)
    .filter((rule) => rule.startsWith('tensorflow-'));
}

const PYTHON = 'RUN apt-get update && apt-get install -y python3-pip';

it('says nothing of the newest TensorFlow where pip is too old to know its wheels', () => {
  expect(rulesFor('FROM nvidia/cuda:10.1-base-ubuntu18.04', PYTHON, 'RUN pip3 install tensorflow keras')).toEqual([]);
  expect(rulesFor('FROM nvidia/cuda:10.1-base-ubuntu18.04', PYTHON, 'RUN pip3 install -U pip', 'RUN pip3 install tensorflow keras')).toEqual(['tensorflow-cuda-mismatch']);
});

it('does not say of one requirement that it fails and that it brings a TensorFlow', () => {
  expect(rulesFor('FROM nvidia/cuda:10.1-base-ubuntu18.04', PYTHON, 'RUN pip3 install -U pip', 'RUN pip3 install tensorflow-gpu')).toEqual(['tensorflow-package-obsolete']);
});

it('knows which packages have GPU support', () => {
  expect(tensorflowWheel('tensorflow', '1.10.0')).toBeUndefined();
  expect(tensorflowWheel('tensorflow', '2.0.4')).toBeUndefined();
  expect(tensorflowWheel('tensorflow-gpu', '1.10.0')?.cuda).toBe('9.0');
  expect(tensorflowWheel('tensorflow', '1.15.5')?.cuda).toBe('10.0');
  expect(tensorflowWheel('tensorflow', '2.4.1')?.cuda).toBe('11.0');
  expect(tensorflowWheel('tensorflow-cpu', '2.4.1')).toBeUndefined();
});
