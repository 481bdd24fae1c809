import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { msg } from '../../core/l10n/message';
import { clientOf, connect, disconnect } from '../connect';
import { readAllCredentials, registryConfig } from '../credentials';
import { cancelled, DockerError, ours, toDockerError } from '../errors';
import type { EngineAddress } from '../model';
import { checkOptions, isFolderContext } from './arguments';
import { packContext } from './context';
import { createLog } from './log';
import type { BuildControl, BuildOutcome, BuildSpec } from './model';

/** Builds through the Engine API alone, with the engine's own builder. Only folders can be the context. */
export async function buildByApi(address: EngineAddress, spec: BuildSpec, { signal, onEvent, env = process.env, folder = process.cwd() }: BuildControl): Promise<BuildOutcome> {
  checkOptions(spec, 'api');
  if (!isFolderContext(spec.context)) throw new DockerError({ kind: 'api', status: null, ...ours(msg`without the docker command only a folder can be built`) });
  const context = path.resolve(folder, spec.context);
  const start = performance.now();
  const log = createLog();
  const engine = await connect(address, signal);
  try {
    const { stream: archive, dockerfile } = await packContext(context, spec.dockerfile === undefined ? path.join(context, 'Dockerfile') : path.resolve(folder, spec.dockerfile));
    const options = {
      dockerfile,
      t: spec.tags ?? [],
      target: spec.target,
      buildargs: valuesOf(spec.buildArgs ?? {}, env),
      labels: spec.labels ?? {},
      platform: spec.platforms?.[0],
      networkmode: spec.network,
      shmsize: readSize(spec.shmSize),
      cachefrom: spec.cacheFrom ?? [],
      nocache: spec.noCache,
      pull: spec.pull === true ? 'true' : undefined,
      rm: true,
      forcerm: true,
      registryconfig: { base64: registryConfig(await readAllCredentials(env, signal)) },
      abortSignal: signal,
    };
    const answer = (await clientOf(engine).buildImage(archive, options as object)) as unknown as AsyncIterable<Buffer>;
    const decoder = new StringDecoder('utf8');
    let imageId: string | null = null;
    for await (const chunk of answer) {
      const text = decoder.write(chunk);
      imageId = /"aux":\{"ID":"(sha256:[\da-f]{64})"\}/.exec(text)?.[1] ?? imageId;
      for (const event of log.feed(text)) onEvent?.(event);
    }
    const failed = log.error !== undefined;
    for (const event of log.end(failed)) onEvent?.(event);
    return { ended: failed ? 'failed' : 'built', way: 'api', status: null, imageId: failed ? null : imageId, digest: null, durationMs: performance.now() - start, log };
  } catch (error) {
    if (signal?.aborted !== true) {
      const problem = toDockerError(error, address);
      // The engine refuses some faults of the Dockerfile before it streams.
      if (problem.problem.kind !== 'api') throw problem;
      for (const event of log.feed(`${JSON.stringify({ error: problem.problem.detail })}\n`)) onEvent?.(event);
      return { ended: 'failed', way: 'api', status: null, imageId: null, digest: null, durationMs: performance.now() - start, log };
    }
    if (log.steps.length === 0) throw cancelled();
    for (const event of log.end(true)) onEvent?.(event);
    return { ended: 'cancelled', way: 'api', status: null, imageId: null, digest: null, durationMs: performance.now() - start, log };
  } finally {
    disconnect(engine);
  }
}

/** The engine has no environment of ours: names alone get their values here, or are left out. */
function valuesOf(args: Readonly<Record<string, string | null>>, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(args).flatMap(([name, value]) => {
    const given = value ?? env[name];
    return given === undefined ? [] : [[name, given]];
  }));
}

/** `2g` in bytes. */
function readSize(text: string | undefined): number | undefined {
  const [, number, unit = 'b'] = /^(\d+)([bkmg]?)b?$/i.exec(text ?? '') ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase() || 'b');
}
