// Smoke tests on a cluster: as manifests to be applied by hand, or through kubectl.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { msg } from '../core/l10n/message';
import { NotStarted, run, type RunOptions, type RunResult } from '../process/run';
import { jobName, writeJobs, type JobRequest } from '../smoke/cluster';
import { JOB_LABEL, jobManifests, readPodEnd, readPodPhase, readPodTrouble, writeManifests } from '../smoke/kubernetes';
import type { ContainerOutcome, Profile, SmokePorts } from '../smoke/model';
import { DEFAULT_LIMITS } from '../smoke/run';
import { Failure } from './failure';

interface ClusterOptions {
  readonly namespace?: string;
  readonly kubectl?: string;
  readonly memory?: number;
}

/** So long a Job may wait for a node with a GPU, and for its image. */
const PATIENCE_MS = 20 * 60_000;
const POLL_MS = 2_000;
/** So many answers in a row that are none mean that the pods may not be seen, or that the cluster is gone. */
const MOST_REFUSALS = 5;
/** The cluster tells of the end of a pod some moments after the end of its log. */
const END_TRIES = 5;
/** Not to be scheduled for so long is no passing state. */
const UNSCHEDULABLE_MS = 60_000;

/** Prints the Jobs of some images: what lies in the images is not known, so that every check of the profiles is in them. */
export async function printManifests(subjects: readonly (Pick<JobRequest, 'image' | 'file'>)[], profiles: readonly Profile[], { memory }: ClusterOptions): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...(memory !== undefined && { memoryBytes: memory }) };
  const text = subjects.map((subject) => writeJobs({ ...subject, profiles, limits }, randomUUID)).join('');
  if (text === '') throw new Failure(msg`static checks read the files of an image and need no cluster; ask for --profile cpu or gpu`);
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
}

/** Throws Failure where there is no kubectl to be started. */
export async function requireKubectl({ kubectl = 'kubectl' }: ClusterOptions): Promise<void> {
  try {
    await run(kubectl, ['version', '--client'], { timeoutMs: 30_000 });
  } catch (error) {
    throw error instanceof NotStarted ? new Failure(msg`${kubectl} could not be started: it is needed for --kubernetes --apply`) : error;
  }
}

/** Runs containers of an image as Jobs, through kubectl and whatever cluster it is configured for; `image` is its name in a registry. */
export function kubectlPort(image: string, { namespace, kubectl: program = 'kubectl' }: ClusterOptions): SmokePorts['runContainer'] {
  const scope = namespace === undefined ? [] : ['--namespace', namespace];
  const kubectl = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> => run(program, [...args, ...scope], options);
  return async (spec, { signal, onOutput }): Promise<ContainerOutcome> => {
    const name = jobName(randomUUID());
    try {
      const applied = await kubectl(['apply', '-f', '-'], { input: writeManifests(jobManifests({ ...spec, image }, name)), signal });
      if (applied.status !== 0) throw refused(signal.aborted ? 'cancelled' : 'cluster', applied.stderr.trim());
      await waitForPod(name, kubectl, signal);
      const logs = await kubectl(['logs', '--follow', `job/${name}`], { signal, timeoutMs: spec.timeoutMs, onOutput });
      if (signal.aborted) throw refused('cancelled', '');
      const end = logs.timedOut ? null : await readEnd(name, kubectl, signal);
      if (end?.trouble !== null && end?.trouble !== undefined) throw refused('cluster', end.trouble);
      if (logs.status !== 0 && !logs.timedOut) throw refused('cluster', logs.stderr.trim());
      return { status: logs.timedOut ? null : (end?.status ?? 0), stdout: logs.stdout, stderr: logs.stderr, timedOut: logs.timedOut, outOfMemory: end?.outOfMemory ?? false };
    } finally {
      // Not with the signal of the run: what was made is taken away also when the run is called off.
      await kubectl(['delete', 'job,configmap,networkpolicy', '--selector', `${JOB_LABEL}=${name}`, '--wait=false', '--ignore-not-found'], { timeoutMs: 60_000 });
    }
  };
}

async function waitForPod(name: string, kubectl: (args: readonly string[], options?: RunOptions) => Promise<RunResult>, signal: AbortSignal): Promise<void> {
  const begun = performance.now();
  let refusals = 0;
  for (;;) {
    const { status, stdout, stderr } = await kubectl(['get', 'pods', '--selector', `job-name=${name}`, '--output', 'json'], { signal });
    if (signal.aborted) throw refused('cancelled', '');
    refusals = status === 0 ? 0 : refusals + 1;
    if (refusals === MOST_REFUSALS) throw refused('cluster', stderr.trim());
    const pods = parse(stdout);
    const phase = readPodPhase(pods);
    if (phase !== null && phase !== 'Pending') return;
    const trouble = readPodTrouble(pods);
    const waited = performance.now() - begun;
    const unschedulable = trouble?.startsWith('Unschedulable: ') === true;
    if (trouble !== null && (!unschedulable || waited > UNSCHEDULABLE_MS)) throw refused(unschedulable ? 'no-node' : 'cluster', trouble);
    if (waited > PATIENCE_MS) throw refused('cluster', `The Job did not start within ${PATIENCE_MS / 60_000} minutes.`);
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** How the pod ended; null where the cluster does not tell, or took it away. */
async function readEnd(name: string, kubectl: (args: readonly string[], options?: RunOptions) => Promise<RunResult>, signal: AbortSignal): Promise<ReturnType<typeof readPodEnd>> {
  for (let i = 0; i < END_TRIES && !signal.aborted; i++) {
    const { stdout } = await kubectl(['get', 'pods', '--selector', `job-name=${name}`, '--output', 'json'], { signal, timeoutMs: 30_000 });
    const end = readPodEnd(parse(stdout));
    if (end !== null) return end;
    await sleep(POLL_MS / 4, undefined, { signal }).catch(() => undefined);
  }
  return null;
}

/** What the runner takes for the refusal of an engine or a cluster. */
function refused(kind: 'cancelled' | 'cluster' | 'no-node', detail: string): Error {
  return Object.assign(new Error(detail), { problem: { kind, detail } });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
