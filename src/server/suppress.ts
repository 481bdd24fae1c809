import { msg, type Message } from '../core/l10n/message';
import type { Finding } from '../core/rules/model';
import type { FileEdit } from '../core/text/edit';
import type { DocumentAnalysis } from './analyser';

/**
 * An edit that puts a suppression comment above what a finding speaks of: above the instruction in a Dockerfile,
 * above the line in any other file. Undefined where a comment can stand nowhere.
 */
export function createSuppression(analysis: DocumentAnalysis, { rule, location }: Finding): (FileEdit & { readonly title: Message }) | undefined {
  const { file, range } = location;
  const text = analysis.texts.get(file);
  if (text === undefined) return undefined;
  const inDockerfile = file === analysis.uri && analysis.kind === 'dockerfile';
  const position = inDockerfile ? findInstruction(analysis, range.start) : range.start;
  if (position === undefined) return undefined;

  const lineStart = Math.max(text.lastIndexOf('\n', position - 1), text.lastIndexOf('\r', position - 1)) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  return {
    title: inDockerfile ? msg`Ignore ${rule} for this instruction` : msg`Ignore ${rule} for this line`,
    file,
    range: { start: lineStart, end: lineStart },
    newText: `${indent}${analysis.kind === 'devcontainer' && file === analysis.uri ? '//' : '#'} trtc ignore=${rule} -- ${lineEnd}`,
  };
}

/** Start of the instruction that holds an offset. */
function findInstruction({ stack }: DocumentAnalysis, offset: number): number | undefined {
  const { globals = [], stages = [] } = stack?.dockerfile ?? {};
  for (const { range } of [...globals, ...stages.flatMap((stage) => [stage.from, ...stage.instructions])]) {
    if (range.start <= offset && offset < range.end) return range.start;
  }
  return undefined;
}
