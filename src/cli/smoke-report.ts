// A smoke test for people: a line a check, more where something is wrong.
import { joinComma, msg, type Text } from '../core/l10n/message';
import type { VerdictState } from '../smoke/model';
import type { CheckRecord, SmokeRecord } from '../smoke/record';
import { say } from './language';
import { pad, widthOf, type Paint } from './terminal';
import { makeVisible } from './visible';

/** Of the evidence so many lines are shown. */
const EVIDENCE_LINES = 12;

const STATES: Readonly<Record<VerdictState, Text>> = { passed: msg`passed`, failed: msg`failed`, blocked: msg`blocked`, skipped: msg`skipped` };

/** The head of a run. */
export function renderTitle(subject: string, { name, host }: SmokeRecord['engine'], paint: Paint): readonly string[] {
  return [`${paint.bold(makeVisible(subject))} ${paint.dim(say(host === null ? msg`on ${makeVisible(name)}` : msg`on ${makeVisible(name)} (${makeVisible(host)})`))}`];
}

/** One check. What `told` has was told already, with all that is known of it, and is not told at such length again; a new sentence goes into it. */
export function renderCheck({ id, state, sentence, details, evidence, durationMs }: CheckRecord, paint: Paint, told: Set<string>): readonly string[] {
  const bad = state === 'failed' || state === 'blocked';
  const took = durationMs < 50 ? '' : ` ${paint.dim(say(msg`${(durationMs / 1000).toFixed(1)} s`))}`;
  const width = Math.max(...Object.values(STATES).map((word) => widthOf(say(word))));
  const line = `  ${colorOf(state, paint)(pad(say(STATES[state]), width))} ${makeVisible(sentence)} ${paint.dim(`[${id}]`)}${took}`;
  if (bad && told.has(sentence)) return [line];
  told.add(sentence);
  return [
    line,
    ...details.map((detail) => `      ${paint.dim('=')} ${makeVisible(detail)}`),
    ...(bad ? evidence.split('\n').filter((line) => line.trim() !== '').slice(-EVIDENCE_LINES) : []).map((line) => `      ${paint.dim('|')} ${makeVisible(line)}`),
  ];
}

/** The sum of a run. */
export function renderEnd({ counts, durationMs, gpu, driver, checks }: SmokeRecord, paint: Paint): readonly string[] {
  if (checks.length === 0) return [`  ${say(msg`nothing to check: neither CUDA nor a framework was found in it`)}`, ''];
  const seconds = (durationMs / 1000).toFixed(1);
  const on = gpu === null ? [] : [driver === null ? msg`on ${makeVisible(gpu)}` : msg`on ${makeVisible(gpu)}, driver ${makeVisible(driver)}`];
  return [`  ${sumUp(counts, paint)} ${paint.dim([...on, msg`in ${seconds} s`].map(say).join(' '))}`, ''];
}

/** How many checks ended how: `3 passed, 1 failed`. */
export function sumUp(counts: SmokeRecord['counts'], paint?: Paint): string {
  const words: Readonly<Record<VerdictState, Text>> = { passed: msg`${counts.passed} passed`, failed: msg`${counts.failed} failed`, blocked: msg`${counts.blocked} blocked`, skipped: msg`${counts.skipped} skipped` };
  const shown = (['passed', 'failed', 'blocked', 'skipped'] as const).filter((state) => counts[state] > 0);
  return say(joinComma(shown.map((state) => (paint === undefined ? words[state] : colorOf(state, paint)(say(words[state]))))));
}

function colorOf(state: VerdictState, paint: Paint): (text: string) => string {
  return { passed: paint.blue, failed: paint.red, blocked: paint.yellow, skipped: paint.dim }[state];
}
