import { describe, expect, it } from 'vitest';
import { renderPlain } from '../../../src/core/assist/card';
import { describeConfigAt } from '../../../src/core/config/describe';
import { smokeFileSchema } from '../../../src/core/smoke-file/schema';

/** What is told at `|`, and the text that it is told of. */
function tell(marked: string, schema?: typeof smokeFileSchema): readonly [string, string] | undefined {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  const card = describeConfigAt(text, offset, schema);
  return card && [text.slice(card.range.start, card.range.end), renderPlain(card)];
}

describe('describeConfigAt', () => {
  it.each<[string, string, readonly [string, string]]>([
    ['a key', 'tar|gets: []\n', ['targets', 'targets\nWhere the images must run. Rules that need to know it speak of the target that fails.']],
    ['a key in an item of a list', 'targets:\n  - name: a\n    dri|ver: 535\n', ['driver', 'driver\nThe oldest driver on it, as nvidia-smi shows it: 535.183.06, or its branch: 535.']],
    ['a value', 'targets:\n  - name: a\n    platform: jet|son\n', ['jetson', 'platform\n  Values: linux/amd64, linux/arm64, jetson\nlinux/amd64, linux/arm64 for servers and workstations with Arm, jetson for Jetson modules.']],
    ['an item of a list of values', 'ignore: [a, ven|dor/]\n', ['vendor/', 'ignore\nthird_party/, *.template.Dockerfile, !important.Dockerfile']],
    ['a rule', 'rules:\n  tensorrt-apt-un|pinned: off\n', ['tensorrt-apt-unpinned', 'tensorrt-apt-unpinned\n  Values: off, hint, information, warning, error\napt installs TensorRT without a version: the newest build, for the newest CUDA.']],
    ['the key of a map that takes any', 'buildArgs:\n  CU|DA: 12.4\n', ['CUDA', 'CUDA\nThe value.']],
  ])('tells of %s', (_, marked, told) => {
    expect(tell(marked)).toEqual(told);
  });

  it('tells of smoke files', () => {
    expect(tell('image: x\nme|mory: 16g\n', smokeFileSchema)?.[1]).toContain('8g by default');
  });

  it.each(['|', 'unk|nown: 1\n', 'targets: # com|ment\n', 'toString: |x\n', 'rules:\n  __proto__: |x\n', '- |a\n'])('tells nothing of %j', (marked) => {
    expect(tell(marked)).toBeUndefined();
  });

  it.each(['', ':', '- - - ', '"', '{', '[', '&a *a', 'a: b: c', 'rules: *x'])('never throws: %j', (text) => {
    for (let offset = 0; offset <= text.length; offset++) expect(() => describeConfigAt(text, offset)).not.toThrow();
  });
});
