import { nameSource } from '../facts/evidence';
import { formatText, joinAny, msg, sentence, type Message, type Text, type Translations } from '../l10n/message';
import type { Finding, RuleExample, RuleInfo, Severity } from '../rules/model';
import type { TargetSource } from '../target/model';
import { LineIndex } from '../text/line-index';
import { analyse } from './analyse';
import { exampleFile, readContext, readExampleTargets } from './example';
import { applyFix } from './fix';
import { parseMarks } from './marks';

/** What a comment on the line above silences. */
const SCOPES = {
  dockerfile: msg`For one instruction, on the line above it:`,
  compose: msg`For one service, or one line of it, on the line above it:`,
  devcontainer: msg`For one property, on the line above it:`,
};

const SEVERITIES: Readonly<Record<Severity, Message>> = { error: msg`error`, warning: msg`warning`, information: msg`information`, hint: msg`hint` };

/** Words in the language of a page. */
type Say = (text: Text) => string;

/**
 * The Markdown page of a rule: its documentation, and its examples with what the engine says of each. Links lead
 * to sources only, so that the page can be read offline. In English, where `translations` have nothing else to say.
 */
export function renderRulePage(rule: RuleInfo, translations?: Translations): string {
  const say: Say = (text) => formatText(text, translations);
  const { what, why, instead, silent } = rule.docs;
  const section = (title: Message, ...parts: readonly string[]): string => [`## ${say(title)}`, ...parts].join('\n\n');
  const comment = `${rule.subject === 'devcontainer' ? '//' : '#'} trtc ignore=${rule.id} -- ${say(msg`why it is right here`)}`;
  const sections = [
    `# ${rule.id}`,
    say(sentence(rule.summary)),
    describe(rule, say),
    section(msg`What it finds`, say(sentence(what))),
    section(msg`What happens`, say(sentence(why))),
    section(msg`What to write instead`, say(sentence(instead))),
    ...(silent === undefined ? [] : [section(msg`When it is silent`, say(sentence(silent)))]),
    section(msg`Examples`),
    ...rule.examples.map((example) => renderExample(rule, example, say)),
    section(
      msg`Turning it off`,
      say(SCOPES[rule.subject ?? 'dockerfile']),
      fence(comment, exampleFile(rule).language),
      say(msg`Everywhere, or with another severity, in \`.trtc.yaml\`, or in the settings of VS Code:`),
      fence(`rules:\n  ${rule.id}: off`, 'yaml'),
      fence(`"tensorrt.rules": { "${rule.id}": "off" }`, 'json'),
    ),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** All that the pages of rules say besides their fixed words and what is said at run time, each once. */
export function listPageTexts(rules: readonly RuleInfo[]): readonly string[] {
  const texts = rules.flatMap(({ summary, docs, examples }) => [summary, docs.what, docs.why, docs.instead, docs.silent, ...examples.map(({ title }) => title)]);
  return [...new Set(texts)].filter((text) => text !== undefined);
}

function describe(rule: RuleInfo, say: Say): string {
  const severities = rule.examples.flatMap((example) => (example.kind === 'bad' && example.severity !== undefined ? [example.severity] : []));
  const weaker = [...new Set(severities)].filter((severity) => severity !== rule.severity).map((severity) => SEVERITIES[severity]);
  const usual = SEVERITIES[rule.severity];
  const hasFix = rule.examples.some((example) => example.kind === 'bad' && example.fixed !== undefined);
  const rows: readonly (readonly [Message, Text])[] = [
    [msg`Severity`, weaker.length === 0 ? usual : msg`${usual}; ${joinAny(weaker)} in some cases`],
    [msg`Family`, rule.family],
    [msg`Quick fix`, hasFix ? msg`yes` : msg`no`],
    ...(rule.aliases === undefined ? [] : [[msg`Former names`, rule.aliases.join(', ')] as const]),
  ];
  return ['| | |', '|--|--|', ...rows.map(([name, value]) => `| ${say(name)} | ${say(value)} |`)].join('\n');
}

/** What a rule reports of one of its examples, in the example itself and in the files of its context. */
export function runExample(rule: RuleInfo, example: RuleExample): readonly Finding[] {
  const { file, folder } = exampleFile(rule);
  const { findings } = analyse(parseMarks(example.text).text, file, { folder, context: readContext(example.context), targets: readExampleTargets(example) });
  return findings.filter((finding) => finding.rule === rule.id && finding.echoOf === undefined);
}

function renderExample(rule: RuleInfo, example: RuleExample, say: Say): string {
  const { text } = parseMarks(example.text);
  const files = Object.entries(example.context ?? {}).map(([name, content]) => `\`${name}\`:\n\n${fence(parseMarks(content).text, 'text')}`);
  const { file, language } = exampleFile(rule);
  const findings = runExample(rule, example);
  const title = sentence(example.title);
  const heading = `### ${say(example.kind === 'bad' ? msg`Reported: ${title}` : msg`Not reported: ${title}`)}`;
  const targets = example.targets === undefined ? [] : [`\`.trtc.yaml\`:\n\n${fence(renderTargets(example.targets), 'yaml')}`];
  return [heading, fence(text, language), ...files, ...targets, ...findings.map((finding) => renderFinding(finding, text, file, say)), ...renderFixed(findings, text, file, language, say)].join('\n\n');
}

function renderTargets(targets: readonly TargetSource[]): string {
  const entries = targets.map((target) => Object.entries(target).map(([key, value]) => `${key}: ${Array.isArray(value) ? `[${value.join(', ')}]` : value}`));
  return ['targets:', ...entries.map((lines) => `  - ${lines.join('\n    ')}`)].join('\n');
}

function renderFinding({ severity, text: message, location, evidence }: Finding, text: string, file: string, say: Say): string {
  const level: Message = { template: '**{0}**', data: { 0: SEVERITIES[severity] } };
  const line = location.file === file ? new LineIndex(text).positionAt(location.range.start).line + 1 : undefined;
  const first = line === undefined ? msg`${level}, ${location.file}: ${message}` : msg`${level}, line ${line}: ${message}`;
  const facts = evidence.map(({ fact, source, checked }) => msg`${fact} (${/^https?:/.test(source) ? `<${source}>` : nameSource({ source })}, checked ${checked})`);
  return [`- ${say(first)}`, ...facts.map((fact) => `  - ${say(fact)}`)].join('\n');
}

function renderFixed(findings: readonly Finding[], text: string, file: string, language: string, say: Say): string[] {
  const fix = findings.find(({ fixes }) => fixes.length > 0)?.fixes[0];
  const after = fix && applyFix(new Map([[file, text]]), fix)?.get(file);
  return fix === undefined || after === undefined ? [] : [say(msg`${fix.title}:`), fence(after, language)];
}

function fence(text: string, language = 'Dockerfile'): string {
  return `\`\`\`${language}\n${text.replace(/\n$/, '')}\n\`\`\``;
}
