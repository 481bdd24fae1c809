import { describe, expect, it } from 'vitest';
import { completeConfig } from '../../../src/core/config/complete';

/** Labels at `|`. */
function complete(marked: string): string[] {
  const offset = marked.indexOf('|');
  return completeConfig(marked.replace('|', ''), offset).map(({ label }) => label);
}

const TARGET_KEYS = ['name', 'gpus', 'driver', 'platform', 'os'];

describe('completeConfig', () => {
  it.each<[string, string, readonly string[]]>([
    ['the keys of the file', '|', ['rules', 'targets', 'overlay', 'ignore', 'buildArgs']],
    ['those that it lacks', 'rules:\n  image: off\nta|\nignore: []\n', ['targets', 'overlay', 'buildArgs']],
    ['keys of an item', 'targets:\n  - |', TARGET_KEYS],
    ['keys of an item at the indent of its list', 'targets:\n- na|', TARGET_KEYS],
    ['further keys of an item', 'targets:\n  - name: a\n    gpus: [T4]\n    |\n  - name: b\n', ['driver', 'platform', 'os']],
    ['an item after another', 'targets:\n  - name: a\n    driver: 535\n  - |', TARGET_KEYS],
    ['a value out of a few', 'targets:\n  - platform: |', ['linux/amd64', 'linux/arm64', 'jetson']],
    ['a level', 'rules:\n  cuda: o|', ['off', 'hint', 'information', 'warning', 'error']],
    ['nothing in a comment', '# r|', []],
    ['nothing behind a key without values', 'targets:\n  - name: |', []],
    ['nothing in a map of one line', 'targets: [{ na|', []],
    ['nothing under an unknown key', 'unknown:\n  |', []],
    ['nothing for build arguments', 'buildArgs:\n  |', []],
  ])('%s', (_, marked, labels) => {
    expect(complete(marked)).toEqual(labels);
  });

  it('offers rules and families', () => {
    expect(complete('rules:\n  ten|')).toEqual(expect.arrayContaining(['tensorrt', 'tensorrt-engine-copied']));
  });

  it.each(['targets:\n  - gpus: [|', 'targets:\n  - gpus: [T4, RTX|', 'targets:\n  - gpus:\n      - |', 'targets:\n- gpus:\n  - T4\n  - A|'])('offers GPUs: %j', (marked) => {
    expect(complete(marked)).toEqual(expect.arrayContaining(['GeForce RTX 4090', 'A100']));
  });

  it('replaces what is typed', () => {
    expect(completeConfig('rules: {}\nta', 12)[0]).toEqual({ label: 'targets', kind: 'key', newText: 'targets: ', range: { start: 10, end: 12 }, description: expect.any(String) as unknown });
    expect(completeConfig('targets:\n  - gpus: [T4, RTX 40', 31)[0]?.range).toEqual({ start: 25, end: 31 });
  });

  it.each(['', '\t', ':', '- - - ', '"', '\r\n'.repeat(3), '{', '[', 'a: b: c'])('never throws: %j', (text) => {
    for (let offset = 0; offset <= text.length; offset++) expect(completeConfig(text, offset)).toBeInstanceOf(Array);
  });
});
