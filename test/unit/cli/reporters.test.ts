import { msg } from '../../../src/core/l10n/message';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { reportGithub } from '../../../src/cli/reporters/github';
import { reportJson } from '../../../src/cli/reporters/json';
import { reportSarif } from '../../../src/cli/reporters/sarif';
import { reportText } from '../../../src/cli/reporters/text';
import type { LintResult } from '../../../src/cli/lint-result';
import type { Finding } from '../../../src/core/rules/model';

const TEXT = 'FROM a\nRUN \tapt-get install x\\\n  y\n';
const STYLE = { color: false, width: undefined };

function createFinding(parts: Partial<Finding> = {}): Finding {
  return {
    rule: 'cuda-driver-library-copied',
    messageId: 'm',
    text: msg`Something is wrong.`,
    message: 'Something is wrong.',
    severity: 'error',
    location: { file: 'sub dir/Dockerfile', range: { start: TEXT.indexOf('apt'), end: TEXT.indexOf(' install') } },
    evidence: [{ fact: msg`It is so.`, source: 'https://example.org/a', checked: '2026-11-01' }],
    related: [{ location: { file: 'sub dir/Dockerfile', range: { start: 0, end: 4 } }, message: msg`The base is here.` }],
    fixes: [{ title: msg`Mend it`, safe: true, edits: [{ file: 'sub dir/Dockerfile', range: { start: 5, end: 6 }, newText: 'b' }] }],
    ...parts,
  };
}

function createResult(findings: readonly Finding[], parts: Partial<LintResult> = {}): LintResult {
  return { files: 2, findings, texts: new Map([['sub dir/Dockerfile', TEXT]]), failures: [], fixed: 0, ...parts };
}

describe('json', () => {
  const validate = new Ajv2020().compile(JSON.parse(readFileSync('media/schemas/lint-output.schema.json', 'utf8')) as object);

  it('is what the contract says', () => {
    const output: unknown = JSON.parse(reportJson(createResult([createFinding()]), STYLE));
    expect(output).toEqual({
      version: 1,
      findings: [
        {
          file: 'sub dir/Dockerfile',
          rule: 'cuda-driver-library-copied',
          severity: 'error',
          line: 2,
          column: 6,
          endLine: 2,
          endColumn: 13,
          message: 'Something is wrong.',
          evidence: [{ fact: 'It is so.', source: 'https://example.org/a', checked: '2026-11-01' }],
          related: [{ file: 'sub dir/Dockerfile', line: 1, message: 'The base is here.' }],
          fixes: [{ title: 'Mend it', safe: true, edits: [{ file: 'sub dir/Dockerfile', line: 1, column: 6, endLine: 1, endColumn: 7, newText: 'b' }] }],
        },
      ],
      summary: { files: 2, errors: 1, warnings: 0, information: 0 },
    });
  });

  it.each([
    ['nothing', []],
    ['everything', [createFinding(), createFinding({ severity: 'hint', evidence: [], related: [], fixes: [] })]],
  ])('satisfies the schema: %s', (_, findings) => {
    expect(validate(JSON.parse(reportJson(createResult(findings), STYLE))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('counts by severity', () => {
    const findings = (['error', 'warning', 'warning', 'information', 'hint'] as const).map((severity) => createFinding({ severity }));
    const { summary } = JSON.parse(reportJson(createResult(findings), STYLE)) as { summary: unknown };
    expect(summary).toEqual({ files: 2, errors: 1, warnings: 2, information: 1 });
  });
});

describe('github', () => {
  it.each<[string, Partial<Finding>, string]>([
    [
      'an annotation',
      { evidence: [] },
      '::error file=sub dir/Dockerfile,line=2,endLine=2,col=6,endColumn=13,title=cuda-driver-library-copied::Something is wrong.\n',
    ],
    [
      'no columns over several lines',
      { evidence: [], severity: 'warning', location: { file: 'a', range: { start: 0, end: 0 } } },
      '::warning file=a,line=1,endLine=1,col=1,endColumn=1,title=cuda-driver-library-copied::Something is wrong.\n',
    ],
    [
      'text that could be taken for a command',
      { severity: 'hint', message: '100%\n::error::x', location: { file: 'a,b:c', range: { start: 0, end: 0 } } },
      '::notice file=a%2Cb%3Ac,line=1,endLine=1,col=1,endColumn=1,title=cuda-driver-library-copied::100%25%0A::error::x%0AIt is so. (https://example.org/a)\n',
    ],
  ])('%s', (_, parts, expected) => {
    expect(reportGithub(createResult([createFinding(parts)]), STYLE)).toBe(expected);
  });

  it('leaves out columns of a range over several lines', () => {
    const location = { file: 'sub dir/Dockerfile', range: { start: 7, end: TEXT.length } };
    expect(reportGithub(createResult([createFinding({ location })]), STYLE)).toContain('line=2,endLine=4,title=');
  });
});

describe('sarif', () => {
  interface Log {
    readonly version: string;
    readonly runs: readonly {
      readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string; readonly help: { readonly markdown: string } }[] } };
      readonly columnKind: string;
      readonly invocations: readonly unknown[];
      readonly results: readonly unknown[];
    }[];
  }
  const report = (findings: readonly Finding[], failures: readonly string[] = []) =>
    (JSON.parse(reportSarif(createResult(findings, { failures }), STYLE)) as Log).runs[0];

  it('names the rules of its results, with their pages', () => {
    const run = report([createFinding(), createFinding({ severity: 'information' })]);
    expect(run?.tool.driver).toMatchObject({ name: 'trtc', rules: [{ id: 'cuda-driver-library-copied', defaultConfiguration: { level: 'error' } }] });
    expect(run?.tool.driver.rules[0]?.help.markdown).toContain('# cuda-driver-library-copied');
    expect(run?.columnKind).toBe('utf16CodeUnits');
  });

  it('gives places, related places and fixes', () => {
    const artifactLocation = { uri: 'sub%20dir/Dockerfile' };
    expect(report([createFinding()])?.results).toEqual([
      {
        ruleId: 'cuda-driver-library-copied',
        ruleIndex: 0,
        level: 'error',
        message: { text: 'Something is wrong.' },
        locations: [{ physicalLocation: { artifactLocation, region: { startLine: 2, startColumn: 6, endLine: 2, endColumn: 13 } } }],
        relatedLocations: [
          { id: 0, physicalLocation: { artifactLocation, region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 5 } }, message: { text: 'The base is here.' } },
        ],
        fixes: [
          {
            description: { text: 'Mend it' },
            artifactChanges: [
              { artifactLocation, replacements: [{ deletedRegion: { startLine: 1, startColumn: 6, endLine: 1, endColumn: 7 }, insertedContent: { text: 'b' } }] },
            ],
          },
        ],
        properties: { evidence: [{ fact: 'It is so.', source: 'https://example.org/a', checked: '2026-11-01' }] },
      },
    ]);
  });

  it('tells of inputs that could not be analysed', () => {
    expect(report([], ['x: not found'])?.invocations).toEqual([
      { executionSuccessful: false, toolExecutionNotifications: [{ level: 'error', message: { text: 'x: not found' } }] },
    ]);
  });
});

describe('text', () => {
  it('shows the line, a caret, the facts and the fix', () => {
    expect(reportText(createResult([createFinding()]), STYLE)).toBe(
      [
        'sub dir/Dockerfile:2:6: error: Something is wrong. [cuda-driver-library-copied]',
        '    2 | RUN \tapt-get install x\\',
        '      |     \t^^^^^^^',
        '      = sub dir/Dockerfile:1: The base is here.',
        '      = fact: It is so. (https://example.org/a, checked 2026-11-01)',
        '      = fix: Mend it (--fix applies it)',
        '',
        '1 error in 2 files; 1 can be fixed with --fix',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, LintResult, string]>([
    ['nothing', createResult([], { files: 1 }), 'Nothing found in 1 file\n'],
    ['after fixing', createResult([], { fixed: 2 }), 'Nothing found in 2 files; 2 fixed\n'],
    ['failures', createResult([], { failures: ['x'] }), 'Nothing found in 2 files; 1 input not checked\n'],
  ])('sums up: %s', (_, result, expected) => {
    expect(reportText(result, STYLE)).toBe(expected);
  });

  it('colours on request only', () => {
    expect(reportText(createResult([createFinding()]), { color: true, width: 80 })).toContain('\u001b[31merror:\u001b[39m');
  });

  it('cuts a long line around the place', () => {
    const text = `RUN ${'x'.repeat(300)}HERE${'y'.repeat(300)}\n`;
    const location = { file: 'a', range: { start: text.indexOf('HERE'), end: text.indexOf('HERE') + 4 } };
    const [, source = '', caret = ''] = reportText(createResult([createFinding({ location })], { texts: new Map([['a', text]]) }), { color: false, width: 60 }).split('\n');
    expect(source.length).toBeLessThan(60);
    expect(source.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('HERE');
  });

  it('lets no control character of the file through to the terminal', () => {
    const text = 'RUN \u001b[2J\u0007 x\n';
    const location = { file: 'a', range: { start: 0, end: 3 } };
    const report = reportText(createResult([createFinding({ location, message: '\u001b[31mred.' })], { texts: new Map([['a', text]]) }), STYLE);
    expect(report).not.toMatch(/[\u0007\u001b]/);
  });

  it('marks the end of the line for a range that goes on', () => {
    const location = { file: 'sub dir/Dockerfile', range: { start: 7, end: TEXT.length } };
    expect(reportText(createResult([createFinding({ location })]), STYLE).split('\n')[2]).toBe(`      | ${'^'.repeat('RUN \tapt-get install x\\'.length)}`);
  });
});
