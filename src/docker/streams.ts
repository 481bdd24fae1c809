// The forms in which an engine streams: frames of two streams in one, and lines of JSON.
import { StringDecoder } from 'node:string_decoder';
import { refusal, DockerError } from './errors';

export type StreamName = 'stdout' | 'stderr';

/** A line of JSON that is longer than this is not one. */
const LONGEST_LINE = 1024 * 1024;

/**
 * Takes apart what an engine sends of a container without a terminal: frames of 8 bytes (stream, three zeros, length in
 * big endian) and their content; format: Docker Engine API, "Stream format" of ContainerAttach. Content is given piece by
 * piece as it comes, so that a frame of any length needs no memory.
 */
async function* splitFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ readonly stream: StreamName; readonly content: Buffer }> {
  let header = Buffer.alloc(0);
  let left = 0;
  let stream: StreamName = 'stdout';
  for await (const chunk of chunks) {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const part = chunk.subarray(at, at + 8 - header.length);
        header = Buffer.concat([header, part]);
        at += part.length;
        if (header.length < 8) continue;
        stream = header[0] === 2 ? 'stderr' : 'stdout';
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      } else {
        const content = chunk.subarray(at, at + left);
        at += content.length;
        left -= content.length;
        yield { stream, content };
      }
    }
  }
}

/** The output of a container as text: `tty` says that it comes without frames. A piece never ends within a character. */
export async function* readText(chunks: AsyncIterable<Buffer>, tty: boolean): AsyncGenerator<{ readonly stream: StreamName; readonly text: string }> {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  for await (const { stream, content } of tty ? plain(chunks) : splitFrames(chunks)) {
    const text = decoders[stream].write(content);
    if (text !== '') yield { stream, text };
  }
  for (const stream of ['stdout', 'stderr'] as const) {
    const text = decoders[stream].end();
    if (text !== '') yield { stream, text };
  }
}

async function* plain(chunks: AsyncIterable<Buffer>): AsyncGenerator<{ readonly stream: StreamName; readonly content: Buffer }> {
  for await (const content of chunks) yield { stream: 'stdout', content };
}

/** Objects that come one a line, as of events and of pull and push. What is no JSON is passed over. */
export async function* readJsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield* parseLine(line);
    if (rest.length > LONGEST_LINE) rest = '';
  }
  yield* parseLine(rest);
}

function* parseLine(line: string): Generator<Readonly<Record<string, unknown>>> {
  if (line.trim() === '') return;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) yield value as Readonly<Record<string, unknown>>;
  } catch {
    // Half a line of a connection that broke.
  }
}

/** Progress of a pull or push. */
export interface TransferProgress {
  /** Short id of the layer; null for what concerns all. */
  readonly layer: string | null;
  /** The engine's word: `Downloading`, `Pull complete`, `Pushed`, `Layer already exists`. */
  readonly text: string;
  readonly doneBytes: number | null;
  readonly totalBytes: number | null;
}

/** Follows a pull or push to its end. The engine reports failures within the stream: they are thrown. */
export async function followTransfer(chunks: AsyncIterable<Buffer>, onProgress: (progress: TransferProgress) => void): Promise<void> {
  for await (const line of readJsonLines(chunks)) {
    const { error, errorDetail, status, id, progressDetail } = line;
    // The engine writes both, and is to leave out the first one day (API 1.48).
    const { message } = (errorDetail ?? {}) as { readonly message?: unknown };
    const words = typeof error === 'string' && error !== '' ? error : message;
    if (typeof words === 'string') throw new DockerError(refusal(null, words));
    if (typeof status !== 'string') continue;
    const { current, total } = (progressDetail ?? {}) as { readonly current?: unknown; readonly total?: unknown };
    onProgress({
      layer: typeof id === 'string' ? id : null,
      text: status,
      doneBytes: typeof current === 'number' ? current : null,
      totalBytes: typeof total === 'number' && total > 0 ? total : null,
    });
  }
}
