// What is the same in reading the result of any step.
import { explainFailure, explainRefusal, lastPart } from './explain';
import type { Isolation, RunCheck, Sentence, SmokeImage, Step, StepResult, Verdict } from './model';
import { fail, block, say, skip } from './verdict';

/** How the built-in checks run: no network, nothing mounted, the image's own user and environment. */
export function isolate(gpus: Isolation['gpus'] = 'none'): Isolation {
  return { gpus, env: {}, mounts: [], network: false, memoryBytes: null, user: null, workdir: null };
}

/** A step of one command. */
export function stepOf(kind: RunCheck['kind'], programs: readonly string[], args: readonly string[], timeoutMs: number): Step {
  return { commands: [{ programs, args }], timeoutMs, isolation: isolate(kind === 'gpu' ? 'all' : 'none') };
}

// Signals that stand for a crash of the program itself (signal(7)).
const CRASHES: Readonly<Record<number, string>> = { 4: 'SIGILL', 6: 'SIGABRT', 7: 'SIGBUS', 8: 'SIGFPE', 11: 'SIGSEGV' };

/** The verdict where a step did not come to its end by itself; undefined where it ran and its output decides. `what` is the subject: `trtexec`. */
export function readEnding(result: StepResult, image: SmokeImage, what: Sentence | string): Verdict | undefined {
  const evidence = lastPart(result.output);
  if (result.refusal !== null) return explainRefusal(result.refusal);
  switch (result.state) {
    case 'absent':
      return skip(say('{what} is not in the image.', { what }));
    case 'not-run':
      return block(say('{what}: the container ended before it was its turn.', { what }), { evidence });
    case 'timed-out':
      return fail(say('{what} did not end within {seconds} s and was stopped.', { what, seconds: String(Math.round(result.timeoutMs / 1000)) }), { evidence });
    case 'ran':
      break;
  }
  const { status } = result;
  if (status === 126 && /exec format error/i.test(result.output)) return explainRefusal({ kind: 'exec-format', detail: image.architecture });
  if (result.outOfMemory) return fail(say('{what} needed more memory than the run allows, and the kernel stopped it.', { what }), { evidence });
  const signal = status !== null && status > 128 ? status - 128 : undefined;
  const crash = signal === undefined ? undefined : CRASHES[signal];
  if (crash !== undefined) return fail(say('{what} crashed ({signal}).', { what, signal: crash }), { evidence });
  if (signal !== undefined && signal < 64) return fail(say('{what} was ended by signal {signal}.', { what, signal: String(signal) }), { evidence });
  return undefined;
}

/** Reads a step whose exit status decides; `passed` words what was proved. */
export function readStatus(result: StepResult, image: SmokeImage, what: Sentence | string, passed: (output: string) => Verdict): Verdict {
  const ending = readEnding(result, image, what);
  if (ending !== undefined) return ending;
  return result.status === 0 ? passed(result.output) : explainFailure(what, result.output);
}
