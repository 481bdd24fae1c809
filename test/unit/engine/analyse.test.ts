import { describe, expect, it } from 'vitest';
import { analyse, analyseDockerfile } from '../../../src/core/engine/analyse';
import { createRule, createWordRule } from './rules';

const TEXT = 'FROM a\nRUN bad && bad\n';

describe('analyse', () => {
  it('goes by the name of the file, or by the kind that is given', () => {
    const rules = [createWordRule('image-word', 'bad')];
    expect(analyse(TEXT, 'gpu.Dockerfile', { rules })).toMatchObject({ kind: 'dockerfile', findings: [{}, {}] });
    expect(analyse(TEXT, 'requirements.txt', { rules })).toEqual({ kind: 'requirements', findings: [], stack: undefined, files: new Map(), problems: [] });
    expect(analyse('', 'compose.yaml', { rules })).toMatchObject({ kind: 'compose', findings: [], problems: [{ code: 'no-map' }] });
    expect(analyse(TEXT, 'notes.txt', { rules })).toMatchObject({ kind: undefined, findings: [] });
    expect(analyse(TEXT, 'notes.txt', { rules, kind: 'dockerfile' }).findings).toHaveLength(2);
  });

  it.each([
    ['', 'no-instruction'],
    ['<html><body></body></html>\n', 'no-instruction'],
    ['ARG A=1\n', 'no-from'],
    ['FROM a\0\n', 'binary'],
  ])('tells what is no Dockerfile: %j', (text, code) => {
    const { findings, stack, problems } = analyseDockerfile(text, 'Dockerfile');
    expect({ findings, stack, codes: problems.map((problem) => problem.code) }).toEqual({ findings: [], stack: undefined, codes: [code] });
  });

  it('fills in messages and orders findings by place, then by rule', () => {
    const rules = [createWordRule('image-z', 'bad'), createWordRule('image-a', 'bad'), createWordRule('image-run', 'RUN')];
    const { findings } = analyseDockerfile(TEXT, 'Dockerfile', { rules });
    expect(findings.map(({ rule, location, message }) => [rule, location.range.start, message])).toEqual([
      ['image-run', 7, 'Found RUN.'],
      ['image-a', 11, 'Found bad.'],
      ['image-z', 11, 'Found bad.'],
      ['image-a', 18, 'Found bad.'],
      ['image-z', 18, 'Found bad.'],
    ]);
  });

  it('puts findings in other files behind those of the file', () => {
    const elsewhere = { location: { file: 'requirements.txt', range: { start: 0, end: 1 } } };
    const rules = [createWordRule('image-a', 'FROM', {}, elsewhere), createWordRule('image-b', 'bad')];
    const { findings } = analyseDockerfile(TEXT, 'Dockerfile', { rules });
    expect(findings.map(({ location }) => location.file)).toEqual(['Dockerfile', 'Dockerfile', 'requirements.txt']);
  });

  it('keeps the strongest of several findings of a rule at one place', () => {
    const location = { file: 'Dockerfile', range: { start: 0, end: 4 } };
    const rule = createRule('image-a', {
      check({ report }) {
        for (const severity of ['information', 'error', 'warning'] as const) report({ messageId: 'found', data: { word: severity }, location, severity });
      },
    });
    expect(analyseDockerfile(TEXT, 'Dockerfile', { rules: [rule] }).findings.map(({ message }) => message)).toEqual(['Found error.']);
  });

  it('goes on after a rule that throws, and keeps what it had reported', () => {
    const location = { file: 'Dockerfile', range: { start: 0, end: 4 } };
    const faulty = createRule('image-faulty', {
      check({ report }) {
        report({ messageId: 'found', location });
        throw new Error('on purpose');
      },
    });
    const errors: unknown[] = [];
    const onRuleError = (rule: string, error: unknown): number => errors.push([rule, (error as Error).message]);
    const { findings } = analyseDockerfile(TEXT, 'Dockerfile', { rules: [faulty, createWordRule('image-word', 'RUN')], onRuleError });
    expect(findings.map(({ rule }) => rule)).toEqual(['image-faulty', 'image-word']);
    expect(errors).toEqual([['image-faulty', 'on purpose']]);
    expect(analyseDockerfile(TEXT, 'Dockerfile', { rules: [faulty] }).findings).toHaveLength(1);
  });

  it('follows the settings', () => {
    const rules = [createWordRule('image-word', 'bad', { severity: 'error' }), createWordRule('cuda-word', 'RUN', { family: 'cuda' })];
    const severities = (settings: Record<string, 'off' | 'hint'>): string[] =>
      analyseDockerfile(TEXT, 'Dockerfile', { rules, settings }).findings.map(({ severity }) => severity);
    expect(severities({})).toEqual(['warning', 'error', 'error']);
    expect(severities({ 'image-word': 'off' })).toEqual(['warning']);
    expect(severities({ image: 'hint' })).toEqual(['warning', 'hint', 'hint']);
  });
});
