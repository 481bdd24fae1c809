import { recogniseArtifact } from './installers/known-artifacts';
import { baseName } from '../text/path';
import type { ShellCommand } from './model';
import { readInnerShell } from './wrappers';

/** A script file that a command runs. */
export interface ScriptCall {
  /** As written; relative to the command's working directory. */
  readonly path: string;
  /** The shell named before it; undefined when the file's own `#!` line tells. */
  readonly shell: string | undefined;
  /** By its name it sets variables or unpacks programs outside the GPU stack: not being able to read it hides nothing. */
  readonly harmless: boolean;
}

const SCRIPT_NAME = /\.(?:sh|bash)$/;

const HARMLESS =
  /^\/(?:etc|usr)\/|(?:^|\/)(?:\.?bashrc|\.?profile|activate|conda\.sh|mamba\.sh|setup\.bash|setup\.sh|nvm\.sh|env|emsdk_env\.sh|setupvars\.sh|cmake-[^/]*\.sh)$/;

/** `bash FILE`, `./x.sh`, `. x.sh`: the script that a command runs; undefined for all others, installers by file name included. */
export function findScriptCall(command: ShellCommand): ScriptCall | undefined {
  const [first, second] = command.words;
  if (first === undefined) return undefined;
  const program = first.text.value;
  const call =
    program === '.' || program === 'source'
      ? second && { path: second.text.value, shell: undefined }
      : program.includes('/') && SCRIPT_NAME.test(program)
        ? { path: program, shell: undefined }
        : fileOf(command);
  if (call === undefined || recogniseArtifact(baseName(call.path)) !== undefined) return undefined;
  return { ...call, harmless: HARMLESS.test(call.path) };
}

function fileOf(command: ShellCommand): Omit<ScriptCall, 'harmless'> | undefined {
  const shell = readInnerShell(command.words);
  return shell?.kind === 'file' ? { path: shell.path.value, shell: command.name } : undefined;
}
