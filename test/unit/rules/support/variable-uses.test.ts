import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../../src/core/dockerfile/read';
import { listVariableUses, mayAssign } from '../../../../src/core/rules/support/variable-uses';

function usesOf(text: string): readonly (readonly [name: string, operator: string, written: string])[] {
  const file = `FROM scratch\n${text}\n`;
  const dockerfile = readDockerfile(file, 'Dockerfile');
  if ('problem' in dockerfile) throw new Error(dockerfile.problem);
  return (dockerfile.stages[0]?.instructions ?? []).flatMap(listVariableUses).map(({ name, operator, start, end }) => [name, operator, file.slice(start, end)]);
}

describe('listVariableUses', () => {
  it.each<[string, string, readonly (readonly [string, string, string])[]]>([
    ['both spellings', 'RUN echo $A ${B}', [['A', '', '$A'], ['B', '', '${B}']]],
    ['an operator', 'ENV C=${A:-1} D=${B%.*}', [['A', ':-1', '${A:-1}'], ['B', '%.*', '${B%.*}']]],
    ['quotes', `RUN echo "$A" '$B' "it's $C"`, [['A', '', '$A'], ['C', '', '$C']]],
    ['an escape', 'RUN echo \\$A "\\"$B"', [['B', '', '$B']]],
    ['a backslash before a closing apostrophe', `RUN sed 's/a\\' $A`, [['A', '', '$A']]],
    ['a continued line', 'RUN true \\\n  && echo $A', [['A', '', '$A']]],
    ['a flag and a destination', 'COPY --from=$A x $B/', [['A', '', '$A'], ['B', '', '$B']]],
    ['what runs in the container', 'CMD echo $A', []],
  ])('%s', (_, text, expected) => {
    expect(usesOf(text)).toEqual(expected);
  });
});

describe('mayAssign', () => {
  it.each<[string, boolean]>([
    ['V=1 make', true],
    ['export V=1; make', true],
    ['for V in 1 2; do make; done', true],
    ['cat f | read -r V', true],
    ['. /etc/os-release && echo $V', true],
    ['echo $V', false],
    ['pip install torch==$V', false],
    ['echo XV=1', false],
  ])('%s: %s', (script, expected) => {
    expect(mayAssign(script, 'V')).toBe(expected);
  });
});
