// A smoke test for people: a line a check, more where something is wrong.
import type { VerdictState } from '../smoke/model';
import type { CheckRecord, SmokeRecord } from '../smoke/record';
import type { Paint } from './terminal';
import { makeVisible } from './visible';

/** Of the evidence so many lines are shown. */
const EVIDENCE_LINES = 12;

const WIDTH = Math.max(...['passed', 'failed', 'skipped', 'blocked'].map(({ length }) => length));

/** The head of a run. */
export function renderTitle(subject: string, { name, host }: SmokeRecord['engine'], paint: Paint): readonly string[] {
  return [`${paint.bold(makeVisible(subject))} ${paint.dim(`on ${makeVisible(name)}${host === null ? '' : ` (${makeVisible(host)})`}`)}`];
}

/** One check. What `told` has was told already, with all that is known of it, and is not told at such length again; a new sentence goes into it. */
export function renderCheck({ id, state, sentence, details, evidence, durationMs }: CheckRecord, paint: Paint, told: Set<string>): readonly string[] {
  const bad = state === 'failed' || state === 'blocked';
  const took = durationMs < 50 ? '' : ` ${paint.dim(`${(durationMs / 1000).toFixed(1)} s`)}`;
  const line = `  ${colorOf(state, paint)(state.padEnd(WIDTH))} ${makeVisible(sentence)} ${paint.dim(`[${id}]`)}${took}`;
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
  if (checks.length === 0) return ['  nothing to check: neither CUDA nor a framework was found in it', ''];
  const words = (['passed', 'failed', 'blocked', 'skipped'] as const).filter((state) => counts[state] > 0).map((state) => colorOf(state, paint)(`${counts[state]} ${state}`));
  const where = gpu === null ? '' : paint.dim(` on ${makeVisible(gpu)}${driver === null ? '' : `, driver ${makeVisible(driver)}`}`);
  return [`  ${words.join(', ')}${where} ${paint.dim(`in ${(durationMs / 1000).toFixed(1)} s`)}`, ''];
}

function colorOf(state: VerdictState, paint: Paint): (text: string) => string {
  return { passed: paint.blue, failed: paint.red, blocked: paint.yellow, skipped: paint.dim }[state];
}

