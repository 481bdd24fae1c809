// Files into and out of containers, as tar archives.
import { pack, extract } from 'tar-stream';

/** A file to be written into a container. */
export interface ContainerFile {
  /** Absolute path in the container; missing folders are made. */
  readonly path: string;
  readonly content: string | Buffer;
  /** 0o644 by default. */
  readonly mode?: number;
}

/** An archive to be unpacked at `/`. Everything in it belongs to root and is readable by all. */
export async function writeArchive(files: readonly ContainerFile[]): Promise<Buffer> {
  const archive = pack();
  for (const { path, content, mode = 0o644 } of files) archive.entry({ name: path.replace(/^\/+/, ''), mode }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The content of the first file of an archive; null where there is none or it has more than `limitBytes`. Reads no further than it must. */
export async function readArchive(stream: NodeJS.ReadableStream, limitBytes: number): Promise<Buffer | null> {
  const entries = stream.pipe(extract());
  stream.on('error', (error: Error) => entries.destroy(error));
  try {
    for await (const entry of entries) {
      if (entry.header.type !== 'file' || (entry.header.size ?? 0) > limitBytes) return null;
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      return Buffer.concat(chunks);
    }
    return null;
  } finally {
    if ('destroy' in stream && typeof stream.destroy === 'function') (stream.destroy as () => void)();
  }
}
