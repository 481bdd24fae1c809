import type { ComponentOutput, StackOutput, StageOutput } from '../core/engine/stack-output';
import type { StackArguments } from './options';
import { readStack } from './read-stack';
import { createPaint, wantsColor, type Paint } from './terminal';

/** `trtc stack`: prints what each stage of a Dockerfile contains. Throws Failure for anything but a Dockerfile. */
export async function printStack(target: string, options: StackArguments): Promise<void> {
  const { file, output } = await readStack(target, options);
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
