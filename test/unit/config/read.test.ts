import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/core/config/read';
import { parseMarks } from '../../../src/core/engine/marks';

const FILE = '.trtc.yaml';

describe('readConfig', () => {
  it('reads every entry', () => {
    const { config, problems } = readConfig(
      `rules:
  tensorrt-engine-copied: off
  image: error
targets:
  - name: production
    gpus: [A100, 8.0]
    driver: 535.10
    platform: linux/amd64
overlay: docker/images.yaml
ignore: [third_party/, "!keep/"]
buildArgs:
  CUDA_VERSION: 12.10
  USE_GPU: true
`,
      FILE,
    );
    expect(problems).toEqual([]);
    expect(config.rules).toEqual({ 'tensorrt-engine-copied': 'off', image: 'error' });
    expect(config.targets).toMatchObject([{ name: 'production', gpus: [{ name: 'A100' }, { computeCapability: '8.0' }], driver: '535.10' }]);
    expect(config.overlays.map(({ path }) => path)).toEqual(['docker/images.yaml']);
    expect(config.ignore).toEqual(['third_party/', '!keep/']);
    expect([...config.buildArgs]).toEqual([['CUDA_VERSION', '12.10'], ['USE_GPU', 'true']]);
  });

  it.each(['', '# nothing\n', 'rules:\ntargets:\n', '---\n'])('takes %j for an empty one', (text) => {
    expect(readConfig(text, FILE)).toMatchObject({ problems: [], config: { rules: {}, targets: [], overlays: [], ignore: [] } });
  });

  it('reads aliases', () => {
    const { config, problems } = readConfig('targets:\n  - &a { name: a, gpus: &g [T4] }\n  - { name: b, gpus: *g }\n', FILE);
    expect(problems).toEqual([]);
    expect(config.targets.map(({ gpus }) => gpus[0]?.name)).toEqual(['T4', 'T4']);
  });

  it.each([
    ['an unknown key', '«rule»:\n  image: off\n', 'There is no `rule` here; did you mean `rules`?'],
    ['an unknown rule', 'rules:\n  «tensorrt-engine-copid»: off\n', 'There is no `tensorrt-engine-copid` here; did you mean `tensorrt-engine-copied`?'],
    ['a rule like nothing', 'rules:\n  «zzzzzzzzzzzz»: off\n', 'There is no `zzzzzzzzzzzz` here.'],
    ['an unknown level', 'rules:\n  image: «eror»\n', 'did you mean error?'],
    ['a wrong type', 'rules: «off»\n', 'It must be keys with values.'],
    ['a list where a map belongs', 'rules: «[image]»\n', 'It must be keys with values.'],
    ['a map where a list belongs', 'targets: { «name»: a }\n', 'It must be a list.'],
    ['an unknown GPU', 'targets:\n  - name: a\n    gpus: [T4, «RTX 9999»]\n', 'The GPU RTX 9999 is not in the tables'],
    ['a target without a name', 'targets:\n  - «gpus»: [T4]\n', '`name` is missing.'],
    ['an empty item', 'ignore:\n  - a\n  -\n', 'This entry is empty.'],
    ['a list of the whole file', '«- rules»\n', 'It must be keys with values.'],
    ['text for the whole file', '«off»\n', 'It must be keys with values.'],
    ['the same key twice', 'ignore: [a]\n«ignore: [b]»\n', 'This is no YAML: Map keys must be unique'],
  ])('finds %s', (_, marked, message) => {
    const { text, ranges } = parseMarks(marked);
    const { problems } = readConfig(text, FILE);
    expect(problems).toHaveLength(1);
    expect(formatText(problems[0]?.message ?? '')).toContain(message);
    expect(problems[0]?.location.file).toBe(FILE);
    if (ranges[0] !== undefined) expect(text.slice(problems[0]?.location.range.start, problems[0]?.location.range.end)).toBe(text.slice(ranges[0].start, ranges[0].end));
  });

  it('uses what is right beside what is wrong', () => {
    const { config, problems } = readConfig('rules:\n  image: eror\n  cuda: off\nignore: 7\nbuildArgs: { A: 1 }\n', FILE);
    expect(config.rules).toEqual({ cuda: 'off' });
    expect([...config.buildArgs]).toEqual([['A', '1']]);
    expect(problems).toHaveLength(2);
  });

  it.each(['rules: {a: [', '\t- x', 'a: b: c', '*x', '&a [*a]', 'targets: &t\n  - *t\n', '\u0000', '? [a]\n: b\n', 'rules: !!binary x\n', '%YAML 9.9\n---\na', '['.repeat(5_000)])('never throws: %.40j', (text) => {
    expect(readConfig(text, FILE).config.file).toBe(FILE);
  });

  it('is not led astray by aliases that multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 9; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(', ')}]`);
    expect(readConfig(`${lines.join('\n')}\n`, FILE).problems).toHaveLength(9);
  });
});
