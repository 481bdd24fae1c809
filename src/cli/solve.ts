import { nameSource } from '../core/facts/evidence';
import { decodeImage } from '../core/image/decode';
import { formatText, listAll, msg, type Message } from '../core/l10n/message';
import { currentOf } from '../core/solver/current';
import { writeDockerfile } from '../core/solver/dockerfile';
import type { Answer, Combination, Conflict, Reason, WishLabel, Wishes } from '../core/solver/model';
import { solve } from '../core/solver/solve';
import { NAMES } from '../core/solver/wishes';
import { Failure, joinLines } from './failure';
import { say } from './language';
import { describeEvidence } from './reporters/json';
import { createPaint, wantsColor, type Paint } from './terminal';

/** Options of `trtc solve`. */
export interface SolveArguments extends Omit<Wishes, 'packages'> {
  readonly package?: readonly string[];
  readonly count: number;
  readonly near?: string;
  readonly format: 'text' | 'json';
}

/** `trtc solve`: prints images and pins that meet the wishes, or why none does (exit status 1). Throws Failure for wishes it cannot read. */
export function printSolution({ count, near, format, package: packages, ...others }: SolveArguments): void {
  const wishes: Wishes = packages === undefined ? others : { ...others, packages };
  const image = near === undefined ? undefined : decodeImage(near);
  if (near !== undefined && image === undefined) throw new Failure(msg`nothing is known of the image ${near}`);
  const answer = solve(wishes, { count, ...(image && { current: currentOf(image.components, image.flavor) }) });
  if (answer.problems.length > 0) throw new Failure(joinLines(answer.problems.map(({ key, message }) => msg`--${key === 'packages' ? 'package' : key}: ${message}`)));
  const text = format === 'json' ? `${JSON.stringify(describeAnswer(wishes, answer), undefined, 2)}\n` : renderAnswer(answer, createPaint(wantsColor(process.stdout)));
  process.stdout.write(text);
  if (answer.conflict !== undefined) process.exitCode = 1;
}

/** The answer as JSON; its schema is media/schemas/solve-output.schema.json. */
function describeAnswer(wishes: Wishes, { combinations, conflict }: Answer): object {
  return {
    version: 1,
    wishes,
    combinations: combinations.map(describeCombination),
    conflict: conflict === undefined ? null : describeConflict(conflict),
  };
}

function describeConflict({ wishes, reasons, relaxations }: Conflict): object {
  return {
    wishes: wishes.map(describeLabel),
    reasons: reasons.map(describeReason),
    relaxations: relaxations.map((one) => ({ text: formatText(one.text), instead: one.instead.map(describeLabel), wishes: one.wishes, combination: describeCombination(one.combination) })),
  };
}

function describeLabel({ key, label }: WishLabel): object {
  return { key, label: formatText(label) };
}

function describeCombination(combination: Combination): object {
  return {
    image: combination.image,
    family: combination.family,
    flavor: combination.flavor ?? null,
    certainty: combination.certainty,
    components: combination.components.map((component) => ({ ...component, cuda: component.cuda ?? null })),
    apt: combination.apt.map(({ package: name, version }) => ({ package: name, version })),
    pip: combination.pip.map((pin) => ({ ...pin, index: pin.index ?? null })),
    dockerfile: writeDockerfile(combination),
    reasons: combination.reasons.map(describeReason),
  };
}

function describeReason({ grade, text, evidence }: Reason): object {
  return { grade, text: formatText(text), evidence: evidence === undefined ? null : describeEvidence(evidence) };
}

/** The answer for people. */
export function renderAnswer({ combinations, conflict }: Answer, paint: Paint): string {
  if (conflict !== undefined) return renderConflict(conflict, paint);
  return combinations.map((combination, i) => renderCombination(combination, `${i + 1}. `, paint)).join('\n');
}

function renderCombination(combination: Combination, number: string, paint: Paint): string {
  const parts = combination.components.map(({ key, version, cuda }) => `${NAMES[key]} ${version}${cuda === undefined ? '' : ` (CUDA ${cuda})`}`);
  const assumed = combination.certainty === 'assumed' ? ` ${say(msg`(assumed: see what is not proven)`)}` : '';
  const { reasons } = combination;
  return [
    `${paint.bold(`${number}${combination.image}`)}${assumed}`,
    `   ${parts.join(', ')}`,
    '',
    writeDockerfile(combination).replace(/^/gm, '   '),
    '',
    ...renderReasons(msg`Because`, reasons.filter(({ grade }) => grade === 'fits'), paint),
    ...renderReasons(msg`To know`, reasons.filter(({ grade }) => grade === 'note' || grade === 'partial'), paint),
    ...renderReasons(msg`Not proven`, reasons.filter(({ grade }) => grade === 'unknown'), paint),
    '',
  ].join('\n');
}

function renderReasons(title: Message, reasons: readonly Reason[], paint: Paint): readonly string[] {
  return reasons.length === 0 ? [] : [`   ${say(msg`${title}:`)}`, ...reasons.map(({ text, evidence }) => `   - ${say(text)}${evidence === undefined ? '' : ` ${paint.dim(`[${say(nameSource(evidence))}]`)}`}`)];
}

function renderConflict({ wishes, reasons, relaxations }: Conflict, paint: Paint): string {
  const labels = listAll(wishes.map(({ label }) => label));
  return [
    paint.bold(say(wishes.length === 1 ? msg`Nothing known meets ${labels}.` : msg`Nothing known meets ${labels} together.`)),
    ...renderReasons(msg`Because`, reasons, paint),
    ...(relaxations.length === 0 ? [] : [`   ${say(msg`Nearest that can be had:`)}`, ...relaxations.map(({ text, combination }) => `   - ${say(msg`${text}: ${combination.image}`)}`)]),
    '',
  ].join('\n');
}
