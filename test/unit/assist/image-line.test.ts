import { describe, expect, it } from 'vitest';
import { renderPlain } from '../../../src/core/assist/card';
import { describeImageLineAt } from '../../../src/core/assist/hover/image-line';

function hoverAt(marked: string): string | undefined {
  const card = describeImageLineAt(marked.replace('│', ''), marked.indexOf('│'));
  return card && renderPlain(card);
}

describe('the image that a line of Compose or devcontainer.json names', () => {
  it.each([
    ['services:\n  a:\n    image: nvidia/cu│da:11.6.2-runtime-ubuntu20.04\n', /^nvidia\/cuda:11\.6\.2-runtime-ubuntu20\.04\n[^]*Contains: CUDA 11\.6\.2/],
    ['  image: "nvidia/cuda:11.6.2-run│time-ubuntu20.04" # ours\n', /runtime: Flavor/],
    ['{\n  "image": "nvcr.io/nvidia/tensorrt:23.│08-py3",\n}', /TensorRT 8\.6\.1/],
  ])('%s', (marked, shown) => {
    expect(hoverAt(marked)).toMatch(shown);
  });

  it.each(['ima│ge: nvidia/cuda:11.6.2-runtime-ubuntu20.04\n', 'image: nvidia/cuda:${CU│DA}-base\n', 'image: example.com/own│:1\n', 'image: nvidia/cuda:11.6.2-runtime-ubuntu20.04 # no│te\n', '│'])('says nothing at %s', (marked) => {
    expect(hoverAt(marked)).toBeUndefined();
  });
});
