import path from 'node:path';
import { workspace, type Uri } from 'vscode';
import { analyseDockerfile, type Analysis } from '../../core/engine/analyse';
import { createContext } from './context';

/** What a build is expected to do. Files are named by their URIs; `texts` are those that were read, the Dockerfile too. */
export interface FileAnalysis extends Analysis {
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * A Dockerfile as it is built: interpreted with the build's arguments, by default with its own folder as the context.
 * Rejects where there is no such file.
 */
export async function analyseFile(dockerfile: Uri, buildArgs: Readonly<Record<string, string | null>>, context?: string): Promise<FileAnalysis> {
  const uri = dockerfile.toString();
  // Docker reads the disk, not the editor.
  const text = Buffer.from(await workspace.fs.readFile(dockerfile)).toString('utf8');
  const given = new Map(Object.entries(buildArgs).flatMap(([name, value]) => {
    const known = value ?? process.env[name];
    return known === undefined ? [] : [[name, known] as const];
  }));
  const analysis = analyseDockerfile(text, uri, { buildArgs: given, context: createContext(context ?? path.dirname(dockerfile.fsPath)) });
  return { ...analysis, texts: new Map([...analysis.files, [uri, text]]) };
}
