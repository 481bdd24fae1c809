import { analyse } from '../core/engine/analyse';
import { describeStack, type ComponentOutput, type StackOutput, type StageOutput } from '../core/engine/stack-output';
import { fileKind } from '../core/file-kind';
import { Configs } from './config';
import { chooseContextFolders, createDiskContext } from './disk-context';
import { Failure } from './failure';
import { readStandardInput, readTextFile } from './input';
import type { StackArguments } from './options';
import { formatPath } from './paths';
import { createPaint, wantsColor, type Paint } from './terminal';

/** `trtc stack`: prints what each stage of a Dockerfile contains. Throws Failure for anything but a Dockerfile. */
export async function printStack(target: string, options: StackArguments): Promise<void> {
  const fromInput = target === '-';
  const file = fromInput ? '<stdin>' : formatPath(target);
  const { text } = fromInput ? await readStandardInput() : readTextFile(target);
  const folders = chooseContextFolders(options.context, fromInput ? undefined : target);
  const kind = fromInput ? 'dockerfile' : fileKind(target);
  if (kind !== 'dockerfile' && kind !== undefined) throw new Failure(`${file}: stages are read from Dockerfiles only`);
  const settings = new Configs(options, (message) => console.error(`trtc: ${message}`)).find(fromInput ? 'Dockerfile' : target);
  // A single file was named for this one purpose: whatever its name, it is read as a Dockerfile.
  const { stack, problems } = analyse(text, file, {
    kind: 'dockerfile',
    rules: [],
    buildArgs: settings.buildArgs,
    overlay: settings.overlay,
    context: folders.length === 0 ? undefined : createDiskContext(folders),
  });
  if (stack === undefined) throw new Failure(`${file}: ${problems[0]?.message ?? 'This is no Dockerfile.'}`);
  const output = describeStack(stack);
  process.stdout.write(options.json === true ? `${JSON.stringify(output, undefined, 2)}\n` : renderStack(output, file, createPaint(wantsColor(process.stdout))));
}

/** The stack for people: one block a stage, one line a component. */
export function renderStack({ stages }: StackOutput, file: string, paint: Paint): string {
  return stages.map((stage) => renderStage(stage, file, paint)).join('\n');
}

function renderStage({ name, index, line, from, components }: StageOutput, file: string, paint: Paint): string {
  const title = `${paint.bold(`stage ${index}${name === null ? '' : ` (${name})`}`)} FROM ${from} ${paint.dim(`${file}:${line}`)}\n`;
  if (components.length === 0) return `${title}  nothing known\n`;
  const rows = components.map((component) => [
    component.kind,
    describeVersion(component),
    component.name,
    component.certainty,
    component.via,
    `${component.file}:${component.line}`,
  ]);
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return `${title}${lines.map((text) => `  ${text.trimEnd()}\n`).join('')}`;
}

function describeVersion({ version, cuda }: ComponentOutput): string {
  return `${version ?? '?'}${cuda === null ? '' : ` for CUDA ${cuda}`}`;
}
