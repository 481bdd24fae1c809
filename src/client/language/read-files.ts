import { FileType, Uri, workspace } from 'vscode';
import type { FileAnswer, FilesAnswer } from '../../core/protocol/requests';

/** Reads files and lists folders for a server that reaches no disk of its own. */
export function readFiles(uris: readonly string[], maxSizeBytes: number): Promise<FilesAnswer> {
  return Promise.all(uris.map((uri) => readFile(Uri.parse(uri), maxSizeBytes).catch(() => null)));
}

/** Rejects where there is nothing to be read. */
async function readFile(uri: Uri, maxSizeBytes: number): Promise<FileAnswer> {
  const { type, mtime: modifiedMs, size: sizeBytes } = await workspace.fs.stat(uri);
  const state = { modifiedMs, sizeBytes };
  if ((type & FileType.Directory) !== 0) return { ...state, names: (await workspace.fs.readDirectory(uri)).map(([name]) => name) };
  if (sizeBytes > maxSizeBytes) return state;
  const text = decode(await workspace.fs.readFile(uri));
  return { ...state, ...(text !== undefined && { text }) };
}

/** Undefined for what is no text in UTF-8. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
