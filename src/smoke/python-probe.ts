// Probes in Python: how one is started, and how its result is read.
import { explainFailure, lastPart } from './explain';
import { pathOf } from './files';
import { pythonsFor } from './image';
import { wordsOfProbe } from './probe-words';
import type { RunCheck, Sentence, SmokeImage, Step, StepResult, Verdict } from './model';
import { readEnding, stepOf } from './read-step';
import { block, fail, say, skip } from './verdict';

/** Begins the line of the result (trtc_probe.py). */
const MARK = '@@trtc:result ';

/** What a probe found; its own entries besides these. */
export type ProbeData = Readonly<Record<string, unknown>>;

/** A step that starts a probe with the Python that has one of the packages. */
export function probeStep(kind: RunCheck['kind'], image: SmokeImage, probe: Parameters<typeof pathOf>[0], args: readonly string[], packages: readonly string[] = [], timeoutMs = 120_000): Step {
  // -u: what a probe printed before it was stopped is seen. -B: nothing is written beside our files.
  return stepOf(kind, pythonsFor(image, packages), ['-u', '-B', pathOf(probe), ...args], timeoutMs);
}

/** Reads a probe's result: `passed` words what it proved. `what` is the subject of failures: `import torch`. */
export function readProbe(result: StepResult, image: SmokeImage, what: Sentence | string, passed: (data: ProbeData) => Verdict): Verdict {
  const data = findResult(result.output);
  const ending = readEnding(result, image, data === undefined && result.state === 'absent' ? 'Python' : what);
  if (ending !== undefined) return data?.['ok'] === true && ending.state === 'failed' && result.state === 'ran' ? fail(say('{what} works, but its process crashes when it ends.', { what }), { evidence: ending.evidence }) : ending;
  if (data === undefined) return explainFailure(what, result.output);
  if (data['ok'] === true) return passed(data);
  const reason = textOf(data['skip']);
  if (reason === 'absent') return skip(say('{what}: not installed for the Python that was started.', { what }));
  if (reason !== undefined) return skip(say('{what}: {reason}', { what, reason: wordsOfProbe(reason) }));
  const message = textOf(data['message']) ?? '';
  const evidence = lastPart(textOf(data['trace']) ?? result.output);
  if (data['noDriver'] === true) {
    const known = explainFailure(what, message);
    return block(say("No driver reached the container ({message}): the container runtime did not mount its libraries.", { message }), { details: known.details, evidence, knownError: known.knownError });
  }
  const error = textOf(data['error']) ?? '';
  // The message alone first: what is above it in the output may be warnings of something else.
  const verdict = explainFailure(what, message === '' ? error : message, evidence);
  return verdict.knownError === null && error !== 'RuntimeError' && error !== '' ? { ...verdict, sentence: say('{what}: {error}: {message}', { what, error, message: oneLine(message) }) } : verdict;
}

/** A text entry of a probe's result. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a list in a probe's result. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The entries of a result that are texts, under names of ours. */
export function measure(data: ProbeData, names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).flatMap(([key, name]) => (textOf(data[key]) === undefined ? [] : [[name, textOf(data[key]) ?? '']])));
}

function findResult(output: string): ProbeData | undefined {
  const line = output.split('\n').findLast((text) => text.startsWith(MARK));
  if (line === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(MARK.length));
    return typeof value === 'object' && value !== null ? (value as ProbeData) : undefined;
  } catch {
    return undefined;
  }
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 300 ? line : `${line.slice(0, 300)}…`;
}
