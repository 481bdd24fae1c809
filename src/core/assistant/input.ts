import type { Analysis } from '../engine/analyse';
import { formatText } from '../l10n/message';
import { analyseWithWholeFixes } from '../refactor/whole-fixes';
import { ToolError, type AssistantFiles } from './model';

/** A text of the input that is not empty; undefined where it is missing. Throws ToolError for another type. */
export function readText(input: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = input[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new ToolError(`${name} must be a text.`);
  return value;
}

/** As `readText`, for what must be there. */
export function requireText(input: Readonly<Record<string, unknown>>, name: string): string {
  const value = readText(input, name);
  if (value === undefined) throw new ToolError(`${name} is missing.`);
  return value;
}

/** Longer files are no work of a person; their analysis would keep everything else waiting. */
export const MAX_LENGTH = 1024 * 1024;

/** A word of the input as it is said back: short, in one line. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** A file as the engine reads it: the one that `path` names, or `text` under the name `path`, by default a Dockerfile. */
export async function analyseInput(input: Readonly<Record<string, unknown>>, files: AssistantFiles): Promise<{ readonly text: string; readonly file: string; readonly analysis: Analysis }> {
  const path = readText(input, 'path');
  const given = readText(input, 'text');
  const opened = given !== undefined ? { text: given, file: path ?? 'Dockerfile', options: {} } : path === undefined ? undefined : await files.open(path);
  if (opened === undefined) throw new ToolError(path === undefined ? 'Give the path of a file, or its text.' : `${quote(path)} cannot be read. Give a path inside the workspace, or the file’s text.`);
  if (opened.text.length > MAX_LENGTH) throw new ToolError(`The text has ${opened.text.length} characters; ${MAX_LENGTH} at most are read.`);
  const analysis = analyseWithWholeFixes(opened.text, opened.file, opened.options);
  if (analysis.kind === undefined) throw new ToolError(`${quote(opened.file)} is no Dockerfile, Compose file, devcontainer.json or bake file by its name.`);
  const [problem] = analysis.problems;
  if (problem !== undefined) throw new ToolError(formatText(problem.message));
  return { text: opened.text, file: opened.file, analysis };
}
