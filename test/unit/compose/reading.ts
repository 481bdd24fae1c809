import type { ComposeProject } from '../../../src/core/compose/model';
import { readCompose } from '../../../src/core/compose/read';
import { readContext } from '../../../src/core/engine/example';

/** A Compose file with others beside and around it; `file` is its path from their root. */
export function read(text: string, files: Readonly<Record<string, string>> = {}, file = 'compose.yaml'): ComposeProject {
  const project = readCompose(text, file, { context: readContext(files), folder: file.slice(0, Math.max(0, file.lastIndexOf('/'))) });
  if (project === undefined) throw new Error('no Compose file');
  return project;
}
