import { formatText, listPlaceholders } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { analyse as analyseFile, registry } from '../../../src/core/engine/analyse';
import { exampleFile, readContext, readExampleTargets } from '../../../src/core/engine/example';
import { applyFix } from '../../../src/core/engine/fix';
import { parseMarks } from '../../../src/core/engine/marks';
import { compareSeverity } from '../../../src/core/engine/settings';
import type { Finding, RuleExample, RuleFamily, RuleInfo } from '../../../src/core/rules/model';

// Holds every rule against its own examples: they are its tests, its documentation, and the proof of its fixes.

/** What ids of a family begin with, besides the family's name. */
const PREFIXES: Partial<Record<RuleFamily, readonly string[]>> = {
  cuda: ['apt'],
  tensorrt: ['apt', 'nccl'],
  environment: ['env', 'arg', 'libc', 'version'],
  frameworks: ['torch', 'tensorflow', 'onnxruntime', 'conda', 'framework', 'wheel', 'pip'],
};

type BadExample = Extract<RuleExample, { kind: 'bad' }>;

describe.each(registry.rules.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  const bad = rule.examples.filter((example) => example.kind === 'bad');
  const good = rule.examples.filter((example) => example.kind === 'good');

  it('is described in full', () => {
    expect(rule.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
    expect([rule.family, ...(PREFIXES[rule.family] ?? [])]).toContain(rule.id.split('-')[0]);
    expect(rule.aliases ?? []).not.toContain(rule.id);
    for (const text of [rule.summary, rule.docs.what, rule.docs.why, rule.docs.instead, rule.docs.silent ?? '.']) {
      expect(text.trim(), 'no empty text').toBe(text);
      expect(text).toMatch(/[.`|)]$/);
    }
  });

  it('has examples of both kinds, no two alike', () => {
    expect(bad.length).toBeGreaterThan(0);
    expect(good.length).toBeGreaterThan(0);
    expectUnique(rule.examples.map(({ title }) => title));
    expectUnique(rule.examples.map(({ text, context, targets }) => JSON.stringify([parseMarks(text).text, context, targets])));
  });

  it('shows every message', () => {
    expect(new Set(bad.map(({ messageId }) => messageId))).toEqual(new Set(Object.keys(rule.messages)));
  });

  it.each(bad.map((example) => [example.title, example] as const))('reports: %s', (__, example) => checkBadExample(rule, example));

  it.each(good.map((example) => [example.title, example] as const))('is silent: %s', (__, example) => {
    const { text, ranges } = parseMarks(example.text);
    expect(ranges, 'a good example has no marks').toEqual([]);
    const analysis = analyse(rule, text, example);
    expect(analysis.problems, 'a good example can be read').toEqual([]);
    expect(ofRule(rule, analysis.findings)).toEqual([]);
  });
});

it('gives each rule its own names', () => {
  expectUnique(registry.rules.flatMap(({ id, aliases }) => [id, ...(aliases ?? [])]));
  for (const { id, aliases } of registry.rules) {
    for (const name of [id, ...(aliases ?? [])]) expect(registry.find(name).map((rule) => rule.id)).toEqual([id]);
  }
});

function checkBadExample(rule: RuleInfo, example: BadExample): void {
  const { text } = parseMarks(example.text);
  const findings = ofRule(rule, analyse(rule, text, example).findings);
  expect(findings.map(describePlace).sort()).toEqual(listMarks(rule, example).sort());
  for (const finding of findings) checkFinding(rule, finding);
  expect(findings.map(({ messageId }) => messageId)).toContain(example.messageId);
  const expected = findings.filter(({ messageId }) => messageId === example.messageId);
  expect(expected.map(({ severity }) => severity)).toEqual(expected.map(() => example.severity ?? rule.severity));

  const fixable = findings.filter(({ fixes }) => fixes.length > 0);
  for (const finding of fixable) {
    expectUnique(finding.fixes.map(({ title }) => formatText(title)));
    finding.fixes.forEach((_, index) => checkFix(rule, example, finding, index));
  }
  const first = fixable[0]?.fixes[0];
  const fixed = first && applyFix(listTexts(rule, example), first)?.get(exampleFile(rule).file);
  expect(example.fixed, first === undefined ? '`fixed` without a fix' : 'the first fix must be shown in `fixed`').toBe(fixed);
}

/** The finding is complete: words, evidence, places. */
function checkFinding(rule: RuleInfo, finding: Finding): void {
  const template = rule.messages[finding.messageId];
  expect(template, `message ${finding.messageId}`).toBeDefined();
  for (const name of listPlaceholders(template ?? '')) expect(finding.text.data, `value of {${name}}`).toHaveProperty(name);
  expect(finding.message).toMatch(/\S[.`)!?…]$/);
  if (compareSeverity(finding.severity, 'warning') >= 0) {
    expect(finding.evidence.length + finding.related.length, 'an error or warning has evidence, or the other side of the conflict').toBeGreaterThan(0);
  }
  for (const { fact, source, checked } of finding.evidence) {
    expect(formatText(fact)).toMatch(/\S/);
    expect(source).toMatch(/\S/);
    expect(checked).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  }
  for (const { title, edits } of finding.fixes) {
    expect(formatText(title)).toMatch(/^[A-Z`].*[^.]$/);
    expect(edits.length).toBeGreaterThan(0);
  }
}

/** The fix changes the text, the finding is gone after it, and nothing is reported that was not there before. */
function checkFix(rule: RuleInfo, example: BadExample, finding: Finding, index: number): void {
  const texts = listTexts(rule, example);
  const fix = finding.fixes[index];
  const changed = fix && applyFix(texts, fix);
  const title = fix && formatText(fix.title);
  if (changed === undefined) throw new Error(`${title}: its edits overlap or leave the text`);
  for (const [file, text] of changed) expect(text, `${title}: changes nothing in ${file}`).not.toBe(texts.get(file));

  const { [exampleFile(rule).file]: after = '', ...context } = Object.fromEntries([...texts, ...changed]);
  const before = analyse(rule, parseMarks(example.text).text, example).findings;
  const result = analyse(rule, after, { ...example, ...(example.context && { context }) });
  expect(result.problems).toEqual([]);
  const left = countByText(before);
  decrease(left, describeText(finding));
  const added = result.findings.filter((found) => found.severity !== 'hint' && !decrease(left, describeText(found)));
  expect(added.map(describeText), `${title}: findings after it`).toEqual([]);
}

function analyse(rule: RuleInfo, text: string, example: RuleExample) {
  const thrown: unknown[] = [];
  const { file, folder } = exampleFile(rule);
  const analysis = analyseFile(text, file, { folder, context: readContext(example.context), targets: readExampleTargets(example), onRuleError: (rule, error) => thrown.push(rule, error) });
  expect(thrown).toEqual([]);
  return analysis;
}

function ofRule(rule: RuleInfo, findings: readonly Finding[]): readonly Finding[] {
  return findings.filter((finding) => finding.rule === rule.id && finding.echoOf === undefined);
}

function describePlace({ location: { file, range } }: Finding): string {
  return `${file} ${range.start}-${range.end}`;
}

function describeText({ rule, severity, message }: Finding): string {
  return `${severity} ${rule}: ${message}`;
}

function listMarks(rule: RuleInfo, { text, context }: BadExample): string[] {
  return Object.entries({ [exampleFile(rule).file]: text, ...context }).flatMap(([file, marked]) =>
    parseMarks(marked).ranges.map(({ start, end }) => `${file} ${start}-${end}`),
  );
}

function listTexts(rule: RuleInfo, { text, context }: BadExample): ReadonlyMap<string, string> {
  return new Map(Object.entries({ [exampleFile(rule).file]: text, ...context }).map(([file, marked]) => [file, parseMarks(marked).text]));
}

function countByText(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(describeText(finding), (counts.get(describeText(finding)) ?? 0) + 1);
  return counts;
}

/** Takes one off a count; false when there is none left. */
function decrease(counts: Map<string, number>, key: string): boolean {
  const count = counts.get(key) ?? 0;
  counts.set(key, Math.max(0, count - 1));
  return count > 0;
}

function expectUnique(values: readonly string[]): void {
  expect(values).toEqual([...new Set(values)]);
}
