import type { InstructionStep, StageStack } from '../../stack/model';
import { resolvePath } from '../../text/path';
import { UNKNOWN } from '../../text/traced';

/** What the container of a stage asks of its file system. */
export interface Needs {
  /** Absolute paths that CMD, ENTRYPOINT, HEALTHCHECK, VOLUME and ENV name. */
  readonly paths: readonly string[];
  /** First words of the commands that start in it, as written. */
  readonly programs: readonly string[];
  /** The last WORKDIR. */
  readonly workdir: string;
  /** The container starts nothing but a shell, or nothing that is known. */
  readonly interactive: 'no' | 'shell' | 'nothing';
}

const SHELL = /^(?:.*\/)?(?:ba|da|z|k)?sh$/;

/** Reads what starts in the container of a stage, and which paths that and its environment name. */
export function readNeeds({ steps, final, initial }: StageStack): Needs {
  const { workdir } = final;
  const started = [last(steps, 'entrypoint'), last(steps, 'cmd')].filter((step) => step !== undefined);
  const commands = [...started, ...steps.filter(({ instruction }) => instruction.kind === 'healthcheck')].flatMap((step) => step.commands);
  const words = commands.flatMap((command) => command.words.map(({ text }) => text.value));
  const paths = new Set<string>();
  for (const word of words) {
    // `--config=/app/x.yaml` and `app.py` alike; `serve` and `0.0.0.0` are no files.
    for (const part of word.split('=')) if (/^[^-][^:]*\/|^\/|\.[A-Za-z]\w*$/.test(part) && !part.includes(UNKNOWN)) paths.add(resolvePath(workdir, part));
  }
  const given = new Set([...initial.env.values()].flatMap(({ value }) => value.split(':')));
  for (const { value } of final.env.values()) {
    for (const part of value.split(':')) if (part.startsWith('/') && !part.includes(UNKNOWN) && !given.has(part)) paths.add(resolvePath('/', part));
  }
  for (const { instruction } of steps) {
    if (instruction.kind === 'other' && instruction.keyword === 'VOLUME') for (const { raw } of instruction.arguments) for (const part of raw.match(/\/[^\s",\]]+/g) ?? []) paths.add(resolvePath('/', part));
  }
  const programs = started.flatMap((step) => step.commands.flatMap((command) => command.words[0]?.text.value ?? []));
  const onlyShell = programs.length > 0 && started.every((step) => step.commands.every((command) => command.words.length === 1 && SHELL.test(command.words[0]?.text.value ?? '')));
  return { paths: [...paths], programs, workdir, interactive: programs.length === 0 ? 'nothing' : onlyShell ? 'shell' : 'no' };
}

function last(steps: readonly InstructionStep[], kind: 'cmd' | 'entrypoint'): InstructionStep | undefined {
  return steps.findLast(({ instruction }) => instruction.kind === kind);
}
