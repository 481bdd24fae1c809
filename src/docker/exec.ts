import { msg } from '../core/l10n/message';
import { clientOf, type Engine } from './connect';
import { DockerError, ours, toDockerError } from './errors';
import { readText } from './streams';

/** Of each stream so much is kept, in characters. */
const OUTPUT_LIMIT = 1024 * 1024;

export interface ExecOptions {
  readonly signal?: AbortSignal;
  /** Ends the wait with a problem of the kind `api`. */
  readonly timeoutMs?: number;
  readonly user?: string;
}

export interface ExecOutcome {
  /** Null where the engine does not tell. */
  readonly status: number | null;
  /** The first MiB. */
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command in a running container. Status 126 or 127 tells that the command could not be started. Docker cannot end
 * such a command: called off or out of time, it is only no longer waited for.
 */
export async function execIn(engine: Engine, id: string, argv: readonly string[], { signal, timeoutMs, user }: ExecOptions = {}): Promise<ExecOutcome> {
  const time = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, time].filter((one) => one !== undefined));
  try {
    const exec = await clientOf(engine)
      .getContainer(id)
      .exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true, ...(user !== undefined && { User: user }), abortSignal: stop });
    const stream = await exec.start({ Detach: false, Tty: false, abortSignal: stop });
    const kept = { stdout: '', stderr: '' };
    for await (const { stream: name, text } of readText(stream, false)) {
      if (kept[name].length < OUTPUT_LIMIT) kept[name] = (kept[name] + text).slice(0, OUTPUT_LIMIT);
    }
    const { ExitCode } = await exec.inspect({ abortSignal: stop });
    return { status: ExitCode, ...kept };
  } catch (error) {
    if (time?.aborted === true && signal?.aborted !== true) {
      throw new DockerError({ kind: 'api', status: null, ...ours(msg`${argv[0] ?? ''} did not end within ${(timeoutMs ?? 0) / 1000} s`) }, { cause: error });
    }
    throw toDockerError(stop.aborted ? stop.reason : error, engine.address);
  }
}
