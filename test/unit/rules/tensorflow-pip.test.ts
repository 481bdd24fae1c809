import { expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';

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
