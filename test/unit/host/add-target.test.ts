import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/core/config/read';
import { applyEdits } from '../../../src/core/text/edit';
import { addTarget } from '../../../src/host/add-target';

const TARGET = { name: 'h100', gpus: ['H100'], driver: '550.90.07', platform: 'linux/amd64', os: 'ubuntu22.04' } as const;
const add = (text: string): string | undefined => {
  const edit = addTarget(text, TARGET);
  return edit && applyEdits(text, [edit]);
};
const ITEM = ['- name: h100', '  gpus: [H100]', '  driver: "550.90.07"', '  platform: linux/amd64', '  os: ubuntu22.04'];
const indented = (indent: string): string => ITEM.map((line) => indent + line).join('\n');

describe('addTarget', () => {
  it.each([
    ['an empty file', '', `targets:\n${indented('  ')}\n`],
    ['a file of comments', '# ours\n', `# ours\ntargets:\n${indented('  ')}\n`],
    ['a file without targets', 'rules:\n  image: off # loud\n', `rules:\n  image: off # loud\ntargets:\n${indented('  ')}\n`],
    ['a file with targets', 'targets:\n  - name: laptop # mine\n    driver: "535"\n# end\nrules: {}\n', `targets:\n  - name: laptop # mine\n    driver: "535"\n${indented('  ')}\n# end\nrules: {}\n`],
    ['a list that is not indented', 'targets:\n- name: laptop\n', `targets:\n- name: laptop\n${indented('')}\n`],
    ['the same target from before', 'targets:\n  - name: a\n  - name: h100\n    driver: "535"\n  - name: z\n', `targets:\n  - name: a\n${indented('  ')}\n  - name: z\n`],
    ['targets without any', 'targets:\nrules: {}\n', `targets:\n${indented('  ')}\nrules: {}\n`],
  ])('goes into %s', (_, text, expected) => {
    const result = add(text);
    expect(result).toBe(expected);
    const { problems, config } = readConfig(result ?? '', '.trtc.yaml');
    expect(problems.filter(({ message }) => !formatText(message).includes('rules'))).toEqual([]);
    expect(config.targets.map(({ name }) => name)).toContain('h100');
  });

  it('keeps the line ends of the file', () => {
    expect(add('targets:\r\n  - name: a\r\n')).toBe(`targets:\r\n  - name: a\r\n${indented('  ').replaceAll('\n', '\r\n')}\r\n`);
  });

  it.each([['a list in brackets', 'targets: [{name: a}]\n'], ['another kind of file', '- a\n- b\n'], ['a file in braces', '{targets: []}\n'], ['no YAML', 'targets: [\n']])('leaves %s alone', (_, text) => {
    expect(add(text)).toBeUndefined();
  });
});
