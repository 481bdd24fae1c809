import { nameSource } from '../../core/facts/evidence';
import { joinComma, msg, type Message, type Text } from '../../core/l10n/message';
import type { Finding, Severity } from '../../core/rules/model';
import { Spans, countSeverities, type LintResult, type Reporter, type ReportStyle } from '../lint-result';
import { say } from '../language';
import { createPaint, type Paint } from '../terminal';

const MARGIN = 8;

/** For people: each finding with its source line, a caret below it, what it rests on and how to mend it. */
export const reportText: Reporter = (result, style) => {
  const spans = new Spans(result.texts);
  const paint = createPaint(style.color);
  const findings = result.findings.map((finding) => `${renderFinding(finding, spans, paint, style)}\n`);
  return `${findings.join('')}${renderSummary(result, paint)}\n`;
};

function renderFinding(finding: Finding, spans: Spans, paint: Paint, { width }: ReportStyle): string {
  const { location, severity, text, rule, evidence, related, fixes } = finding;
  const { line, column, endLine, endColumn } = spans.find(location.file, location.range);
  const color = paint[COLORS[severity]];
  const source = spans.lineText(location.file, line);
  const end = endLine === line ? endColumn - 1 : source.length;
  const excerpt = cutExcerpt(clean(source), column - 1, Math.max(end, column), width);
  const applied = fixes.find(({ safe }) => safe);
  const notes = [
    ...related.map((other) => `${clean(other.location.file)}:${spans.find(other.location.file, other.location.range).line}: ${clean(say(other.message))}`),
    ...evidence.map(({ fact, source: from, checked }) => beside(say(msg`fact: ${clean(say(fact))}`), msg`(${clean(say(nameSource({ source: from })))}, checked ${checked})`, paint)),
    ...fixes.map((fix) => (fix === applied ? beside(say(msg`fix: ${clean(say(fix.title))}`), msg`(--fix applies it)`, paint) : say(msg`fix: ${clean(say(fix.title))}`))),
  ];
  return [
    `${paint.bold(`${clean(location.file)}:${line}:${column}:`)} ${color(`${severity}:`)} ${clean(say(text))} ${paint.dim(`[${rule}]`)}`,
    `${paint.dim(`${String(line).padStart(MARGIN - 3)} | `)}${excerpt.text}`,
    `${paint.dim(`${' '.repeat(MARGIN - 3)} | `)}${excerpt.indent}${color('^'.repeat(excerpt.length))}`,
    ...notes.map((note) => `${' '.repeat(MARGIN - 2)}${paint.dim('=')} ${note}`),
    '',
  ].join('\n');
}

/** A text with a remark in brackets, of which full-width ones have their blank in them. */
function beside(text: string, remark: Message, paint: Paint): string {
  const words = say(remark);
  return `${text}${words.startsWith('（') ? '' : ' '}${paint.dim(words)}`;
}

const COLORS: Readonly<Record<Severity, 'red' | 'yellow' | 'blue' | 'dim'>> = { error: 'red', warning: 'yellow', information: 'blue', hint: 'dim' };

/** Control characters would let a Dockerfile write to the terminal as it likes; a tab stays. */
function clean(text: string): string {
  return text.replace(/[\0-\x08\x0a-\x1f\x7f-\x9f]/g, '\uFFFD');
}

/** The part of a line that fits the terminal and holds the marked columns, and what puts the carets below them. */
function cutExcerpt(line: string, start: number, end: number, width: number | undefined): { readonly text: string; readonly indent: string; readonly length: number } {
  const room = Math.max((width ?? Number.POSITIVE_INFINITY) - MARGIN - 1, 20);
  const from = line.length <= room ? 0 : Math.max(0, Math.min(start - Math.floor(room / 4), line.length - room));
  const shown = `${from > 0 ? '…' : ''}${line.slice(from > 0 ? from + 1 : 0, from + room)}`;
  const text = from + room < line.length ? `${shown.slice(0, -1)}…` : shown;
  const before = text.slice(0, start - from);
  return { text, indent: before.replace(/[^\t]/g, ' '), length: Math.max(1, Math.min(end - start, text.length - before.length)) };
}

function renderSummary({ findings, files, failures, fixed }: LintResult, paint: Paint): string {
  const { error, warning, information, hint } = countSeverities(findings);
  const parts = [
    error > 0 && paint.red(say(error === 1 ? msg`1 error` : msg`${error} errors`)),
    warning > 0 && paint.yellow(say(warning === 1 ? msg`1 warning` : msg`${warning} warnings`)),
    information > 0 && say(msg`${information} information`),
    hint > 0 && say(hint === 1 ? msg`1 hint` : msg`${hint} hints`),
  ].filter((part) => part !== false);
  const safe = findings.filter(({ fixes }) => fixes.some((fix) => fix.safe)).length;
  const rest = [
    fixed > 0 && msg`${fixed} fixed`,
    safe > 0 && msg`${safe} can be fixed with --fix`,
    failures.length > 0 && (failures.length === 1 ? msg`1 input not checked` : msg`${failures.length} inputs not checked`),
  ].filter((part) => part !== false);
  const found = parts.length === 0 ? msg`Nothing found` : joinComma(parts);
  const head = files === 1 ? msg`${found} in 1 file` : msg`${found} in ${files} files`;
  return say(rest.reduce<Text>((all, part) => msg`${all}; ${part}`, head));
}
