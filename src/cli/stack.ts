import type { ComponentOutput, StackOutput, StageOutput } from '../core/engine/stack-output';
import { msg, type Text } from '../core/l10n/message';
import { formatTable } from './engine';
import { say } from './language';
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
  const title = `${paint.bold(say(name === null ? msg`stage ${index}` : msg`stage ${index} (${name})`))} FROM ${from} ${paint.dim(`${file}:${line}`)}\n`;
  if (components.length === 0) return `${title}  ${say(msg`nothing known`)}\n`;
  const rows = components.map((component) => [
    component.kind,
    describeVersion(component),
    component.name,
    say(CERTAINTY[component.certainty]),
    say(VIA[component.via] ?? component.via),
    `${component.file}:${component.line}`,
  ]);
  return title + formatTable(rows);
}

const CERTAINTY: Readonly<Record<ComponentOutput['certainty'], Text>> = { stated: msg`stated`, derived: msg`derived`, assumed: msg`assumed` };

/** What is no name of a program or an instruction. */
const VIA: Partial<Record<ComponentOutput['via'], Text>> = { 'base-image': msg`base image`, archive: msg`archive`, script: msg`script`, other: msg`other` };

function describeVersion({ version, cuda }: ComponentOutput): string {
  return cuda === null ? (version ?? '?') : say(msg`${version ?? '?'} for CUDA ${cuda}`);
}
