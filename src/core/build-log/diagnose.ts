import { decodeError, type DecodedError } from '../decode/decode-error';
import type { Message } from '../l10n/message';
import type { Finding } from '../rules/model';
import type { StackReport } from '../stack/model';
import { overlaps, type Location, type Range } from '../text/range';
import { readBuilderError, readExitStatus, type BuilderError } from './builder-errors';
import { locate } from './locate';
import type { BuildStep, ReportedLines } from './model';
import { Places, type PlacedInstruction } from './place';
import { readers } from './symptoms/index';
import type { Symptom, SymptomReader } from './symptoms/model';

/** How a build ended, as far as its log tells: what `BuildLog` gathers. */
export interface FailedBuild {
  readonly failedStep: BuildStep | undefined;
  readonly error: string | undefined;
  readonly reportedLines: ReportedLines | undefined;
}

/** One reason for which a build failed, at the word of the Dockerfile that it is about. */
export interface BuildFailure {
  /** Kebab-case: `apt-version-missing`. */
  readonly code: string;
  readonly message: Message;
  /** The narrowest place: in the Dockerfile, or in a file of the build context that the step reads. */
  readonly location: Location;
  /** The whole instruction in the Dockerfile; undefined for failures that are of no instruction. */
  readonly instruction: Range | undefined;
  /** The lines of the log that say so, without colours. */
  readonly evidence: readonly string[];
  /** What is known of this error, the most telling first. */
  readonly causes: readonly DecodedError[];
  /** Findings of the engine on the same words: they know a fix. */
  readonly findings: readonly Finding[];
}

/** Not more than so many failures of one step are told: a list of packages can be long. */
const MAX_FAILURES = 12;
/** A cause such as a lost network must stand so near to the end of the output: it may have been got over. */
const CAUSE_REACH = 60;
/** Lines of evidence at most. */
const MAX_EVIDENCE = 12;

/**
 * Why a build failed and where: at the package, requirement, file or image that the log speaks of, in the instruction
 * that was carried out. `stack` is the Dockerfile interpreted with the arguments of the build; `findings` are those of
 * its analysis. Empty for a build whose log tells no error. Never throws.
 */
export function diagnoseBuild(build: FailedBuild, stack: StackReport, findings: readonly Finding[] = []): readonly BuildFailure[] {
  const { failedStep, error } = build;
  if (failedStep === undefined && error === undefined) return [];
  const places = new Places(stack);
  const words = [failedStep?.error, error].filter((text) => text !== undefined).join('\n');
  const builder = readBuilderError(words, failedStep?.text);
  const placed = findInstruction(build, builder, places, stack);
  const output = removeNoise(failedStep?.output ?? '');
  const isProgram = builder === undefined || builder.code === 'memory-out' || (builder.code === 'disk-full' && failedStep?.text.startsWith('RUN') === true);
  const symptoms = isProgram ? chooseSymptoms(output) : [];

  const make = (found: Message & { readonly code: string }, location: Location, evidence: readonly string[], text: string): BuildFailure => ({
    code: found.code,
    message: { template: found.template, data: found.data },
    location,
    instruction: placed?.instruction.range,
    evidence: evidence.slice(0, MAX_EVIDENCE),
    causes: decodeError(text),
    findings: findRelated(findings, location, placed, stack),
  });

  if (symptoms.length > 0 && builder?.code !== 'memory-out') {
    return removeDoubles(symptoms.map((symptom) => {
      const location = findPlace(symptom.seeks, placed, stack);
      const evidence = [...new Set(symptom.quoted ?? [symptom.first, symptom.last])].map((line) => output[line] ?? '');
      return make(symptom, location, evidence, evidence.join('\n'));
    })).slice(0, MAX_FAILURES);
  }
  if (builder !== undefined) return [make(ofOtherStage(builder, placed, stack), findBuilderPlace(builder, placed, places, stack), [lastLine(words)], words)];
  const status = readExitStatus(words);
  const detail = findTelling(output);
  const found = {
    code: 'step-failed',
    template: status === undefined ? (detail === undefined ? '{error}' : 'This step failed: {detail}') : detail === undefined ? 'This step ended with status {status}.' : 'This step ended with status {status}: {detail}',
    data: { ...(status !== undefined && { status: String(status) }), ...(detail !== undefined && { detail }), error: lastLine(words) },
  };
  return [make(found, placed === undefined ? fileStart(stack) : headOf(placed, stack), detail === undefined ? [lastLine(words)] : [detail], `${output.slice(-200).join('\n')}\n${words}`)];
}

/** What COPY --from does not find lacks in a stage or an image, not in the build context. */
function ofOtherStage(builder: BuilderError, placed: PlacedInstruction | undefined, stack: StackReport): BuilderError {
  const from = placed?.instruction.kind === 'copy' ? placed.instruction.flags.find(({ name }) => name === 'from')?.value : undefined;
  if (from === undefined || builder.code !== 'copy-missing') return builder;
  const path = builder.data['path'];
  const data = { from: from.raw, ...(path !== undefined && { path }) };
  const isStage = stack.stages.some(({ stage: { name, index } }) => name === from.raw.toLowerCase() || String(index) === from.raw);
  if (path === undefined) return { ...builder, data, template: 'Nothing in {from} fits this source.' };
  return { ...builder, data, template: isStage ? 'The stage {from} has no {path} at its end.' : 'There is no {path} in {from}.' };
}

function findInstruction(build: FailedBuild, builder: BuilderError | undefined, places: Places, stack: StackReport): PlacedInstruction | undefined {
  const reported = build.reportedLines === undefined ? undefined : places.findLines(build.reportedLines);
  if (builder?.image !== undefined && reported?.instruction.kind !== 'from') {
    const from = places.findFrom(builder.image);
    if (from !== undefined) return from;
  }
  if (builder?.line !== undefined) return places.findLines({ file: stack.dockerfile.file, first: builder.line, last: builder.line });
  return reported ?? (build.failedStep === undefined ? undefined : places.find(build.failedStep));
}

/** The lines that a program printed, without colours; of lines that overwrite themselves the last state. */
function removeNoise(output: string): readonly string[] {
  const plain = output.replace(/\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b\n]*(?:\u0007|\u001b\\)?/g, '');
  return plain.split('\n').map((line) => line.replace(/\r+$/, '').replace(/^.*\r/, ''));
}

/**
 * The symptoms that made the step fail: those of the tool that spoke last, for what it said before others went on was
 * got over; but what makes every tool fail, such as a full disk, goes before.
 */
function chooseSymptoms(output: readonly string[]): readonly Symptom[] {
  const found = readers.map((reader) => ({ reader, symptoms: reader.read(output) })).filter(({ symptoms }) => symptoms.length > 0);
  const lastOf = (symptoms: readonly Symptom[]): number => Math.max(...symptoms.map(({ last }) => last));
  const cause = found.find(({ reader, symptoms }) => reader.rank === 'cause' && lastOf(symptoms) >= output.length - CAUSE_REACH);
  if (cause !== undefined) return [cause.symptoms.at(-1) as Symptom];
  for (const rank of ['tool', 'last-resort'] satisfies SymptomReader['rank'][]) {
    const ofRank = found.filter(({ reader }) => reader.rank === rank).sort((a, b) => lastOf(b.symptoms) - lastOf(a.symptoms));
    const chosen = ofRank[0];
    if (chosen !== undefined) return rank === 'last-resort' ? [chosen.symptoms.at(-1) as Symptom] : chosen.symptoms;
  }
  return [];
}

/** pip says one thing in two ways, apt one thing for each index: of several at one place the first is kept. */
function removeDoubles(failures: readonly BuildFailure[]): readonly BuildFailure[] {
  const seen = new Set<string>();
  return failures.filter(({ location: { file, range } }) => {
    const key = `${file} ${range.start} ${range.end}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function findPlace(seeks: Symptom['seeks'], placed: PlacedInstruction | undefined, stack: StackReport): Location {
  if (placed === undefined) return fileStart(stack);
  for (const sought of seeks) {
    const found = locate(sought, placed, stack);
    if (found !== undefined) return found;
  }
  return headOf(placed, stack);
}

function findBuilderPlace(error: BuilderError, placed: PlacedInstruction | undefined, places: Places, stack: StackReport): Location {
  const { dockerfile } = stack;
  if (error.frontend === true && dockerfile.syntax !== undefined) {
    const directive = /^[ \t]*#[ \t]*syntax[ \t]*=.*$/im.exec(dockerfile.text);
    if (directive !== null) return { file: dockerfile.file, range: { start: directive.index, end: directive.index + directive[0].trimEnd().length } };
  }
  const target = placed ?? (/^image|^registry|^platform|^credentials/.test(error.code) ? places.findLast(({ instruction, stage }) => instruction.kind === 'from' && stage?.shipped === true) : undefined);
  if (target === undefined) return fileStart(stack);
  if (target.instruction.kind === 'from') return { file: dockerfile.file, range: target.instruction.image.range };
  return findPlace([...error.seeks, ...(error.image === undefined ? [] : [{ kind: 'file', path: error.image } as const])], target, stack);
}

/** The first line of an instruction. */
function headOf({ instruction: { range } }: PlacedInstruction, { dockerfile: { file, text } }: StackReport): Location {
  const newline = text.indexOf('\n', range.start);
  const end = newline < 0 ? range.end : Math.min(range.end, newline);
  return { file, range: { start: range.start, end: range.start + text.slice(range.start, end).trimEnd().length } };
}

function fileStart({ dockerfile: { file, text } }: StackReport): Location {
  const newline = text.indexOf('\n');
  return { file, range: { start: 0, end: newline < 0 ? text.length : newline } };
}

/** The last line that sounds like an error. */
function findTelling(output: readonly string[]): string | undefined {
  const line = output.findLast((each) => /\b(?:error|fatal|failed|failure|cannot|can't|unable|not found|denied|invalid|missing|unknown|unrecognized)\b/i.test(each));
  return line === undefined ? undefined : cut(line.trim());
}

function cut(line: string): string {
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

function lastLine(text: string): string {
  return cut(text.trimEnd().split('\n').at(-1) ?? '');
}

/** Findings on the failed word; with none there, the errors of the same instruction. */
function findRelated(findings: readonly Finding[], location: Location, placed: PlacedInstruction | undefined, stack: StackReport): readonly Finding[] {
  const own = findings.filter((finding) => finding.location.file === location.file && overlaps(finding.location.range, location.range));
  if (own.length > 0 || placed === undefined) return own;
  return findings.filter(({ severity, location: { file, range } }) => severity === 'error' && file === stack.dockerfile.file && overlaps(range, placed.instruction.range));
}
