import { clientOf, type Engine } from './connect';
import { toDockerError } from './errors';
import { readText, type StreamName } from './streams';

export interface LogOptions {
  /** How many of the last lines; all by default. */
  readonly tailLines?: number;
  /** Goes on until the container ends. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Reads what a container has written and, if asked, goes on as it writes. Ends with the container, or with a DockerError
 * (`cancelled` when called off). While what `onText` returns has not resolved, nothing further is read: a flood waits in the engine.
 * The text is the container's own: it may hold anything.
 */
export async function followLogs(engine: Engine, id: string, { tailLines, follow = false, signal }: LogOptions, onText: (text: string, stream: StreamName) => unknown): Promise<void> {
  const container = clientOf(engine).getContainer(id);
  const abortable = signal === undefined ? {} : { abortSignal: signal };
  const { Config } = await container.inspect(abortable);
  try {
    // dockerode gives a stream only when it is to follow; what is asked of the engine is in the query.
    const options: object = { follow: true, _query: { follow, stdout: true, stderr: true, tail: tailLines ?? 'all' }, ...abortable };
    const stream = (await container.logs(options)) as unknown as AsyncIterable<Buffer>;
    for await (const { stream: name, text } of readText(stream, Config.Tty)) await onText(text, name);
  } catch (error) {
    throw toDockerError(error, engine.address);
  }
}
