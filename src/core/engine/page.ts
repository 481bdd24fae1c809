import { formatText } from '../l10n/message';
import type { Finding, RuleExample, RuleInfo } from '../rules/model';
import type { TargetSource } from '../target/model';
import { LineIndex } from '../text/line-index';
import { analyse } from './analyse';
import { exampleFile, readContext, readExampleTargets } from './example';
import { applyFix } from './fix';
import { parseMarks } from './marks';

/** What a comment on the line above silences. */
const SCOPES = { dockerfile: 'instruction', compose: 'service, or one line of it', devcontainer: 'property' };

/**
 * The Markdown page of a rule: its documentation, and its examples with what the engine says of each. Links lead
 * to sources only, so that the page can be read offline.
 */
export function renderRulePage(rule: RuleInfo): string {
  const { what, why, instead, silent } = rule.docs;
  const sections = [
    `# ${rule.id}`,
    rule.summary,
    describe(rule),
    `## What it finds\n\n${what}`,
    `## What happens\n\n${why}`,
    `## What to write instead\n\n${instead}`,
    ...(silent === undefined ? [] : [`## When it is silent\n\n${silent}`]),
    '## Examples',
    ...rule.examples.map((example) => renderExample(rule, example)),
    `## Turning it off\n\nFor one ${SCOPES[rule.subject ?? 'dockerfile']}, on the line above it:\n\n${fence(`${rule.subject === 'devcontainer' ? '//' : '#'} trtc ignore=${rule.id} -- why it is right here`, exampleFile(rule).language)}\n\nEverywhere, or with another severity, in \`.trtc.yaml\`, or in the settings of VS Code:\n\n${fence(`rules:\n  ${rule.id}: off`, 'yaml')}\n\n${fence(`"tensorrt.rules": { "${rule.id}": "off" }`, 'json')}`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function describe(rule: RuleInfo): string {
  const severities = rule.examples.flatMap((example) => (example.kind === 'bad' && example.severity !== undefined ? [example.severity] : []));
  const weaker = [...new Set(severities)].filter((severity) => severity !== rule.severity);
  const rows = [
    ['Severity', weaker.length === 0 ? rule.severity : `${rule.severity}; ${weaker.join(' or ')} in some cases`],
    ['Family', rule.family],
    ['Quick fix', rule.examples.some((example) => example.kind === 'bad' && example.fixed !== undefined) ? 'yes' : 'no'],
    ...(rule.aliases === undefined ? [] : [['Former names', rule.aliases.join(', ')]]),
  ];
  return ['| | |', '|--|--|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

/** What a rule reports of one of its examples, in the example itself and in the files of its context. */
export function runExample(rule: RuleInfo, example: RuleExample): readonly Finding[] {
  const { file, folder } = exampleFile(rule);
  const { findings } = analyse(parseMarks(example.text).text, file, { folder, context: readContext(example.context), targets: readExampleTargets(example) });
  return findings.filter((finding) => finding.rule === rule.id && finding.echoOf === undefined);
}

function renderExample(rule: RuleInfo, example: RuleExample): string {
  const { text } = parseMarks(example.text);
  const files = Object.entries(example.context ?? {}).map(([name, content]) => `\`${name}\`:\n\n${fence(parseMarks(content).text, 'text')}`);
  const { file, language } = exampleFile(rule);
  const findings = runExample(rule, example);
  const heading = `### ${example.kind === 'bad' ? 'Reported' : 'Not reported'}: ${example.title}`;
  const targets = example.targets === undefined ? [] : [`\`.trtc.yaml\`:\n\n${fence(renderTargets(example.targets), 'yaml')}`];
  return [heading, fence(text, language), ...files, ...targets, ...findings.map((finding) => renderFinding(finding, text, file)), ...renderFixed(findings, text, file, language)].join('\n\n');
}

function renderTargets(targets: readonly TargetSource[]): string {
  const entries = targets.map((target) => Object.entries(target).map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`));
  return ['targets:', ...entries.map((lines) => `  - ${lines.join('\n    ')}`)].join('\n');
}

function renderFinding({ severity, message, location, evidence }: Finding, text: string, file: string): string {
  const where = location.file === file ? '' : `${location.file}, `;
  const line = where === '' ? `line ${new LineIndex(text).positionAt(location.range.start).line + 1}` : '';
  const facts = evidence.map(({ fact, source, checked }) => `  - ${formatText(fact)} (${/^https?:/.test(source) ? `<${source}>` : source}, checked ${checked})`);
  return [`- **${severity}**, ${where}${line}: ${message}`.replace(', :', ':'), ...facts].join('\n');
}

function renderFixed(findings: readonly Finding[], text: string, file: string, language: string): string[] {
  const fix = findings.find(({ fixes }) => fixes.length > 0)?.fixes[0];
  const after = fix && applyFix(new Map([[file, text]]), fix)?.get(file);
  return fix === undefined || after === undefined ? [] : [`${formatText(fix.title)}:`, fence(after, language)];
}

function fence(text: string, language = 'Dockerfile'): string {
  return `\`\`\`${language}\n${text.replace(/\n$/, '')}\n\`\`\``;
}
