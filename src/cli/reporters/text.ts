import { nameSource } from '../../core/facts/evidence';
import { formatText } from '../../core/l10n/message';
import type { Finding, Severity } from '../../core/rules/model';
import { Spans, countSeverities, type LintResult, type Reporter, type ReportStyle } from '../lint-result';
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
  const { location, severity, message, rule, evidence, related, fixes } = finding;
  const { line, column, endLine, endColumn } = spans.find(location.file, location.range);
  const color = paint[COLORS[severity]];
  const source = spans.lineText(location.file, line);
  const end = endLine === line ? endColumn - 1 : source.length;
  const excerpt = cutExcerpt(clean(source), column - 1, Math.max(end, column), width);
  const applied = fixes.find(({ safe }) => safe);
  const notes = [
    ...related.map((other) => `${clean(other.location.file)}:${spans.find(other.location.file, other.location.range).line}: ${clean(formatText(other.message))}`),
    ...evidence.map(({ fact, source: from, checked }) => `fact: ${clean(formatText(fact))} ${paint.dim(`(${clean(formatText(nameSource({ source: from })))}, checked ${checked})`)}`),
    ...fixes.map((fix) => `fix: ${clean(formatText(fix.title))}${fix === applied ? paint.dim(' (--fix applies it)') : ''}`),
  ];
  return [
    `${paint.bold(`${clean(location.file)}:${line}:${column}:`)} ${color(`${severity}:`)} ${clean(message)} ${paint.dim(`[${rule}]`)}`,
    `${paint.dim(`${String(line).padStart(MARGIN - 3)} | `)}${excerpt.text}`,
    `${paint.dim(`${' '.repeat(MARGIN - 3)} | `)}${excerpt.indent}${color('^'.repeat(excerpt.length))}`,
    ...notes.map((note) => `${' '.repeat(MARGIN - 2)}${paint.dim('=')} ${note}`),
    '',
  ].join('\n');
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
    error > 0 && paint.red(count(error, 'error')),
    warning > 0 && paint.yellow(count(warning, 'warning')),
    information > 0 && `${information} information`,
    hint > 0 && count(hint, 'hint'),
  ].filter((part) => part !== false);
  const safe = findings.filter(({ fixes }) => fixes.some((fix) => fix.safe)).length;
  const rest = [
    fixed > 0 && `${fixed} fixed`,
    safe > 0 && `${safe} can be fixed with --fix`,
    failures.length > 0 && `${count(failures.length, 'input')} not checked`,
  ].filter((part) => part !== false);
  return [`${parts.length === 0 ? 'Nothing found' : parts.join(', ')} in ${count(files, 'file')}`, ...rest].join('; ');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
