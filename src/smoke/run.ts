// Runs checks on an image: the static ones at once, the others in as few containers as their isolation allows.
import { shippedFiles, WORK } from './files';
import type { Check, CheckResult, ContainerSpec, Isolation, Refusal, RunCheck, SmokeEvent, SmokeImage, SmokePorts, Step, StepResult } from './model';
import { SupervisorReader, supervise, supervisorArguments } from './supervisor';

/** What bounds the containers of a run. */
export interface SmokeLimits {
  /** Where a step says nothing else. */
  readonly memoryBytes: number;
  readonly pidsLimit: number;
  /** Containers at a time. */
  readonly concurrency: number;
}

/** TensorFlow starts some hundred threads on machines of many cores; 8 GiB hold a framework and a CUDA context. */
export const DEFAULT_LIMITS: SmokeLimits = { memoryBytes: 8 * 1024 ** 3, pidsLimit: 4096, concurrency: 2 };

/** A container gets so much more time than its steps together. */
const SLACK_MS = 30_000;

/** Of a container: 64 kB a step, and room. */
const OUTPUT_LIMIT_BYTES = 8 * 1024 * 1024;

/** Where a step without a shell may write. */
const PLAIN_WORK = '/tmp';

export interface SmokeRun {
  readonly image: SmokeImage;
  readonly checks: readonly Check[];
  readonly limits?: SmokeLimits;
}

/** A check and its step, with the place of its result. */
export interface PlannedStep {
  readonly check: RunCheck;
  readonly step: Step;
}

/** Steps that share a container. */
export interface Batch {
  readonly isolation: Isolation;
  readonly steps: readonly PlannedStep[];
}

/** The containers that some checks need: one an isolation, with the steps in the order of their checks. */
export function planBatches(image: SmokeImage, checks: readonly Check[]): readonly Batch[] {
  const batches = new Map<string, { isolation: Isolation; steps: PlannedStep[] }>();
  for (const check of checks) {
    if (check.kind === 'static') continue;
    const step = check.plan(image);
    const key = JSON.stringify(step.isolation);
    const batch = batches.get(key) ?? { isolation: step.isolation, steps: [] };
    batch.steps.push({ check, step });
    batches.set(key, batch);
  }
  return [...batches.values()];
}

/** Runs checks that apply; results come in the order of the checks. Rejects with nothing: what goes wrong is a verdict. */
export async function runChecks({ image, checks, limits = DEFAULT_LIMITS }: SmokeRun, ports: SmokePorts, onEvent: (event: SmokeEvent) => void, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const results = new Map<string, CheckResult>();
  const finish = (check: Check, verdict: CheckResult['verdict'], durationMs: number): void => {
    const result = { id: check.id, title: check.title, kind: check.kind, verdict, durationMs };
    results.set(check.id, result);
    onEvent({ type: 'finished', result });
  };
  for (const check of checks) {
    if (check.kind !== 'static') continue;
    onEvent({ type: 'started', checkId: check.id });
    const begun = ports.now();
    finish(check, check.judge(image), ports.now() - begun);
  }
  const queue = [...planBatches(image, checks)];
  const work = async (): Promise<void> => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      await new BatchRun(image, batch, limits, ports, onEvent, signal).run((check, result) => finish(check, check.read(result, image), result.durationMs));
    }
  };
  await Promise.all(Array.from({ length: limits.concurrency }, work));
  return checks.flatMap(({ id }) => results.get(id) ?? []);
}

/** The specification of the container of a batch. */
export function containerOf(image: SmokeImage, { isolation, steps }: Batch, limits: SmokeLimits, nonce: string): ContainerSpec {
  return {
    ...specOf(image, isolation, limits, steps.reduce((total, { step }) => total + step.timeoutMs, SLACK_MS)),
    argv: ['/bin/sh', ...supervisorArguments(nonce)],
    files: [...shippedFiles(), ...supervise(steps.map(({ step }) => step))],
  };
}

function specOf({ imageId }: SmokeImage, isolation: Isolation, limits: SmokeLimits, timeoutMs: number): Omit<ContainerSpec, 'argv' | 'files'> {
  return {
    image: imageId,
    entrypoint: [],
    env: isolation.env,
    mounts: isolation.mounts.map(({ source, target, writable }) => ({ source, target, readOnly: !writable })),
    gpu: isolation.gpus === 'none' ? { how: 'none' } : { how: 'gpus', devices: isolation.gpus, capabilities: [] },
    network: isolation.network ? 'bridge' : 'none',
    memoryBytes: isolation.memoryBytes ?? limits.memoryBytes,
    pidsLimit: limits.pidsLimit,
    timeoutMs,
    outputLimitBytes: OUTPUT_LIMIT_BYTES,
    ...(isolation.user !== null && { user: isolation.user }),
    ...(isolation.workdir !== null && { workdir: isolation.workdir }),
  };
}

const NO_SHELL: Refusal = { kind: 'not-found', detail: '/bin/sh' };
const CANCELLED: Refusal = { kind: 'cancelled', detail: '' };

/** One batch on its way: in one container where the image has a shell, else in one a command. */
class BatchRun {
  readonly #pending: Set<PlannedStep>;

  constructor(
    private readonly image: SmokeImage,
    private readonly batch: Batch,
    private readonly limits: SmokeLimits,
    private readonly ports: SmokePorts,
    private readonly onEvent: (event: SmokeEvent) => void,
    private readonly signal: AbortSignal,
  ) {
    this.#pending = new Set(batch.steps);
  }

  /** Gives every step a result. */
  async run(onResult: (check: RunCheck, result: StepResult) => void): Promise<void> {
    const settle = (planned: PlannedStep, result: StepResult): void => {
      if (this.#pending.delete(planned)) onResult(planned.check, result);
    };
    const refusal = this.signal.aborted ? CANCELLED : this.#hasShell() ? await this.#runTogether(this.batch.steps, settle) : NO_SHELL;
    for (const planned of [...this.#pending]) {
      if (this.signal.aborted) settle(planned, refused(CANCELLED));
      else if (refusal?.kind === 'not-found') settle(planned, await this.#runAlone(planned));
      else if (refusal !== null) settle(planned, refused(refusal));
      else {
        // The container ended under an earlier step: the others get one of their own.
        const again = this.batch.steps.length > 1 ? await this.#runTogether([planned], settle) : null;
        settle(planned, refused(again));
      }
    }
  }

  #hasShell(): boolean {
    const { programs, gaps } = this.image.scan;
    return programs.some(({ name }) => name === 'sh') || gaps.length > 0;
  }

  async #runTogether(steps: readonly PlannedStep[], settle: (planned: PlannedStep, result: StepResult) => void): Promise<Refusal | null> {
    const nonce = this.ports.nonce();
    let begun = this.ports.now();
    let running: PlannedStep | undefined;
    const reader = new SupervisorReader(
      nonce,
      (index) => {
        begun = this.ports.now();
        const planned = steps[index];
        running = planned;
        if (planned !== undefined) this.onEvent({ type: 'started', checkId: planned.check.id });
      },
      ({ index, result }) => {
        const planned = steps[index];
        running = undefined;
        if (planned === undefined) return;
        if (result.output !== '') this.onEvent({ type: 'output', checkId: planned.check.id, text: `${result.output}\n` });
        settle(planned, { ...result, durationMs: this.ports.now() - begun, timeoutMs: planned.step.timeoutMs });
      },
    );
    try {
      const { stdout, stderr, status, outOfMemory } = await this.ports.runContainer(containerOf(this.image, { ...this.batch, steps }, this.limits, nonce), {
        signal: this.signal,
        onOutput: (text, stream) => stream === 'stdout' && reader.read(text),
      });
      if (reader.done) return null;
      // Kubernetes ends the whole container when one process of it needs too much memory.
      if (outOfMemory && running !== undefined) settle(running, { state: 'ran', status: 137, output: '', durationMs: this.ports.now() - begun, timeoutMs: running.step.timeoutMs, outOfMemory, refusal: null });
      return startFailure(status, stdout + stderr);
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Without a shell: one container a command, and the programs tried one after the other. */
  async #runAlone({ check, step }: PlannedStep): Promise<StepResult> {
    this.onEvent({ type: 'started', checkId: check.id });
    const begun = this.ports.now();
    const [command, ...more] = step.commands;
    const done = (result: Omit<StepResult, 'durationMs' | 'timeoutMs'>): StepResult => {
      if (result.output !== '') this.onEvent({ type: 'output', checkId: check.id, text: `${result.output}\n` });
      return { ...result, durationMs: this.ports.now() - begun, timeoutMs: step.timeoutMs };
    };
    const absent = { state: 'absent', status: null, output: '', outOfMemory: false, refusal: null } as const;
    // Its commands need one file system, which only a shell could keep for them.
    if (command === undefined || more.length > 0) return done({ ...absent, state: 'not-run', refusal: NO_SHELL });
    for (const program of command.programs) {
      try {
        const outcome = await this.ports.runContainer(
          {
            ...specOf(this.image, { ...this.batch.isolation, env: { TRTC_WORK: PLAIN_WORK, ...this.batch.isolation.env } }, this.limits, step.timeoutMs),
            argv: [program, ...command.args.map((word) => word.replaceAll(WORK, PLAIN_WORK))],
            files: shippedFiles(),
          },
          { signal: this.signal, onOutput: () => undefined },
        );
        const output = (outcome.stdout + outcome.stderr).trim();
        const refusal = outcome.timedOut ? null : startFailure(outcome.status, output);
        if (refusal?.kind === 'not-found') continue;
        return done({ state: outcome.timedOut ? 'timed-out' : 'ran', status: outcome.status, output, outOfMemory: outcome.outOfMemory, refusal });
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal.kind !== 'not-found') return done({ ...absent, state: 'not-run', refusal });
      }
    }
    return done(absent);
  }
}

/**
 * What the engine's init says when it cannot start the program: `[FATAL tini (7)] exec /bin/sh failed: No such file or
 * directory`, or runc itself: `exec /bin/sh: exec format error`.
 */
function startFailure(status: number | null, output: string): Refusal | null {
  if (status === 0 || status === null) return null;
  const line = /^(?:\[FATAL tini.*|exec .*: .*)$/im.exec(output.slice(-2_000))?.[0];
  if (line === undefined) return null;
  if (/exec format error/i.test(line)) return { kind: 'exec-format', detail: line };
  return /no such file|not found|permission denied/i.test(line) ? { kind: 'not-found', detail: line } : null;
}

/** Why the engine refused, out of the DockerProblem that the error carries. */
function refusalOf(error: unknown): Refusal {
  const problem = typeof error === 'object' && error !== null && 'problem' in error ? (error.problem as { readonly kind?: unknown; readonly detail?: unknown }) : {};
  const detail = typeof problem.detail === 'string' ? problem.detail : error instanceof Error ? error.message : String(error);
  if (problem.kind === 'cancelled') return { kind: 'cancelled', detail: '' };
  if (problem.kind === 'no-gpu-runtime' || problem.kind === 'cluster' || problem.kind === 'no-node') return { kind: problem.kind, detail };
  if (/exec format error/i.test(detail)) return { kind: 'exec-format', detail };
  // An engine without its own init is not an image without a program.
  if (/executable file not found|no such file or directory/i.test(detail) && !detail.includes('docker-init') && /exec|stat |OCI runtime/i.test(detail)) return { kind: 'not-found', detail };
  return { kind: 'engine', detail };
}

function refused(refusal: Refusal | null): StepResult {
  return { state: 'not-run', status: null, output: '', durationMs: 0, timeoutMs: 0, outOfMemory: false, refusal };
}
