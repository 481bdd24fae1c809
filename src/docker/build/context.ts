import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack as createPack, type Pack } from 'tar-stream';
import { readIgnore, type IgnoreTest } from './ignore';

/** The name under which a Dockerfile that lies outside the context is sent along. */
const OUTSIDE_NAME = '.trtc-dockerfile';

/** A build context on its way to an engine, and the name that the Dockerfile has in it. */
export interface PackedContext {
  readonly stream: Readable;
  readonly dockerfile: string;
}

/** Packs a folder as tar, without what .dockerignore leaves out. Errors of reading come out of the stream. */
export async function packContext(folder: string, dockerfile: string): Promise<PackedContext> {
  const relative = path.relative(folder, dockerfile).replaceAll(path.sep, '/');
  const isOutside = relative === '..' || relative.startsWith('../') || path.isAbsolute(relative);
  const name = isOutside ? OUTSIDE_NAME : relative;
  // BuildKit and newer command lines prefer the file beside the Dockerfile.
  const text = (await readText(`${dockerfile}.dockerignore`)) ?? (await readText(path.join(folder, '.dockerignore'))) ?? '';
  const { ignores, hasExceptions } = readIgnore(text);
  // The engine needs both whatever the file says.
  const isLeftOut: IgnoreTest = (file) => file !== name && file !== '.dockerignore' && ignores(file);
  const pack = createPack();
  void fill(pack, folder, isLeftOut, hasExceptions, isOutside ? await readFile(dockerfile) : undefined).then(
    () => pack.finalize(),
    (error: unknown) => pack.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return { stream: pack as unknown as Readable, dockerfile: name };
}

async function fill(pack: Pack, folder: string, isLeftOut: IgnoreTest, hasExceptions: boolean, outside: Buffer | undefined): Promise<void> {
  if (outside !== undefined) pack.entry({ name: OUTSIDE_NAME }, outside);
  const walk = async (inside: string): Promise<void> => {
    const entries = await readdir(path.join(folder, inside));
    for (const entry of entries.sort()) {
      const name = inside === '' ? entry : `${inside}/${entry}`;
      const file = path.join(folder, name);
      const stat = await lstat(file);
      const leftOut = isLeftOut(name);
      if (stat.isDirectory()) {
        if (!leftOut) pack.entry({ name: `${name}/`, type: 'directory', mode: stat.mode & 0o7777, mtime: stat.mtime });
        if (!leftOut || hasExceptions) await walk(name);
      } else if (!leftOut && stat.isSymbolicLink()) {
        pack.entry({ name, type: 'symlink', linkname: await readlink(file), mtime: stat.mtime });
      } else if (!leftOut && stat.isFile()) {
        const target = pack.entry({ name, size: stat.size, mode: stat.mode & 0o7777, mtime: stat.mtime });
        // A file that grows meanwhile is sent as long as it was.
        if (stat.size === 0) target.end(Buffer.alloc(0));
        else await pipeline(createReadStream(file, { end: stat.size - 1 }), target);
      }
    }
  };
  await walk('');
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
