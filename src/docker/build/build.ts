import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { BuildEvent } from '../../core/build-log/model';
import { msg } from '../../core/l10n/message';
import { NotStarted, run, type RunResult } from '../../process/run';
import { dockerCommand } from '../command-line';
import { cancelled, DockerError, ours } from '../errors';
import type { EngineAddress } from '../model';
import { buildByApi } from './api';
import { buildArguments, type ResultFiles } from './arguments';
import { createLog } from './log';
import type { BuildControl, BuildOutcome, BuildSpec, BuildWay } from './model';
import { openWorkplace, type Workplace } from './workplace';

/** Each way of building, and the one to try where the docker command does not know it. */
const NEXT: Readonly<Record<Exclude<BuildWay, 'api'>, BuildWay>> = { 'buildx-json': 'buildx', buildx: 'buildkit', buildkit: 'legacy', legacy: 'api' };

/** The way that a docker program was last seen to know, by program and engine. */
const knownWays = new Map<string, BuildWay>();

/**
 * Builds an image, and leaves nothing else behind. Through the docker command with what BuildKit it has, so that its
 * contexts, credentials and builders are used; through the Engine API where there is no such command. What it knows is
 * not told by its version: it is asked for the best, and for less where it refuses. A build that fails is an outcome;
 * thrown are DockerErrors: no engine, an option that this Docker does not know.
 */
export async function buildImage(address: EngineAddress, spec: BuildSpec, control: BuildControl = {}): Promise<BuildOutcome> {
  if (control.signal?.aborted === true) throw cancelled();
  const { program, env } = dockerCommand(address, control.dockerPath, control.env);
  const key = [program, env['DOCKER_BUILDKIT'], address.name, address.url].join('\0');
  // Who turned BuildKit off has a reason.
  let way: BuildWay = knownWays.get(key) ?? (env['DOCKER_BUILDKIT'] === '0' ? 'legacy' : 'buildx-json');
  const workplace = await openWorkplace();
  try {
    for (;;) {
      const outcome = way === 'api' ? await buildByApi(address, spec, control) : await buildByCommand({ program, env, way, spec, control, workplace });
      if (outcome !== 'unknown') {
        knownWays.set(key, way);
        return outcome;
      }
      if (way === 'api') throw new DockerError({ kind: 'not-installed' });
      way = NEXT[way];
    }
  } finally {
    await workplace.close();
  }
}

interface Attempt {
  readonly program: string;
  readonly env: NodeJS.ProcessEnv;
  readonly way: Exclude<BuildWay, 'api'>;
  readonly spec: BuildSpec;
  readonly control: BuildControl;
  readonly workplace: Workplace;
}

/** One call of the docker command; `unknown` where it does not know this way of building, and has done nothing. */
async function buildByCommand({ program, env, way, spec, control, workplace }: Attempt): Promise<BuildOutcome | 'unknown'> {
  const files: ResultFiles = { imageId: path.join(workplace.folder, 'id'), metadata: path.join(workplace.folder, 'metadata.json') };
  const log = createLog();
  // What is said before the first step may be that this way is not known: kept back until then.
  let early: BuildEvent[] | undefined = [];
  const take = (events: readonly BuildEvent[]): void => {
    for (const event of events) {
      if (early !== undefined && event.kind !== 'message') {
        early.forEach((each) => control.onEvent?.(each));
        early = undefined;
      }
      if (early === undefined) control.onEvent?.(event);
      else early.push(event);
    }
  };
  const start = performance.now();
  let result;
  try {
    result = await run(program, buildArguments(spec, way, files), {
      env: { ...env, ...ENVIRONMENT[way] },
      ...(control.folder !== undefined && { cwd: control.folder }),
      ...(control.signal && { signal: control.signal }),
      onStart: workplace.note,
      onOutput: (text, stream) => take(log.feed(text, way === 'legacy' ? stream : 'stdout')),
    });
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error;
    return nextAfterNotStarted(error);
  }
  const built = result.status === 0;
  if (!built && !result.cancelled && log.steps.length === 0 && isUnknown(`${result.stdout}\n${result.stderr}`)) return 'unknown';
  // Without a verdict of the builder: it, or the docker command, was ended, or they lost each other.
  if (!built && !result.cancelled && log.error === undefined) take(log.feed(`\nERROR: ${lastWords(result)}\n`));
  take(log.end(!built));
  early?.forEach((each) => control.onEvent?.(each));
  if (!built && !result.cancelled && log.steps.length === 0) throwConnectionProblem(`${result.stdout}\n${result.stderr}`, env);
  return {
    ended: built ? 'built' : result.cancelled ? 'cancelled' : 'failed',
    way,
    status: result.status,
    imageId: built ? ((await readText(files.imageId))?.trim() ?? null) : null,
    digest: built ? readDigest(await readText(files.metadata)) : null,
    durationMs: performance.now() - start,
    log,
  };
}

/** The last line of a docker command that tells nothing of a step, or how it ended where there is none. */
function lastWords({ stderr, status, signal }: RunResult): string {
  // What Docker 20.10 makes of an engine that went away in the midst of a build.
  if (/server did not provide an image ID/.test(stderr)) return 'the connection to the engine was lost before the build ended';
  const words = stderr.split('\n').findLast((line) => line.trim() !== '' && !/^(?:#\d+ |\{)/.test(line));
  return words?.trim() ?? `docker ended with ${status ?? signal ?? '?'}`;
}

/** PROGRESS_NO_TRUNC: some versions of BuildKit cut the names of steps. */
const ENVIRONMENT: Readonly<Record<Exclude<BuildWay, 'api'>, NodeJS.ProcessEnv>> = {
  'buildx-json': { PROGRESS_NO_TRUNC: '1' },
  buildx: { PROGRESS_NO_TRUNC: '1' },
  buildkit: { DOCKER_BUILDKIT: '1', PROGRESS_NO_TRUNC: '1' },
  legacy: { DOCKER_BUILDKIT: '0' },
};

/** What docker commands answer to a build that they do not know how to run. */
function isUnknown(output: string): boolean {
  return /invalid progress mode|unknown flag: --(?:progress|metadata-file|load)|'buildx' is not a docker command|unknown command: docker buildx|the buildx component is missing or broken|unknown shorthand flag: .* in -/.test(output);
}

/** A program of that name that cannot be run is a fault to be told; one that is not there leaves the Engine API. */
function nextAfterNotStarted(error: NotStarted): 'unknown' {
  if (error.code === 'ENOENT') return 'unknown';
  throw new DockerError({ kind: 'api', status: null, ...ours(msg`${error.program} could not be started: ${error.code ?? '?'}`) }, { cause: error });
}

/** Throws where the docker command's words are that it does not reach the engine. */
function throwConnectionProblem(output: string, env: NodeJS.ProcessEnv): void {
  const named = /Cannot connect to the Docker daemon at (\S+?)\.? Is the docker daemon running/.exec(output)?.[1];
  const dialled = /failed to dial gRPC: |error during connect: /.test(output);
  const refused = /permission denied while trying to connect to the Docker daemon socket|connect: permission denied/.test(output);
  if (named === undefined && !dialled && !refused) return;
  const url = named ?? env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  throw new DockerError({ kind: refused ? 'no-permission' : 'daemon-down', url });
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

function readDigest(metadata: string | undefined): string | null {
  if (metadata === undefined) return null;
  try {
    const digest = (JSON.parse(metadata) as Record<string, unknown>)['containerimage.digest'];
    return typeof digest === 'string' ? digest : null;
  } catch {
    return null;
  }
}
