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
}

const SCRIPT_NAME = /\.(?:sh|bash)$/;

/** Files that only set variables, or that unpack programs outside the GPU stack. */
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
  if (call === undefined || HARMLESS.test(call.path) || recogniseArtifact(baseName(call.path)) !== undefined) return undefined;
  return call;
}

function fileOf(command: ShellCommand): ScriptCall | undefined {
  const shell = readInnerShell(command.words);
  return shell?.kind === 'file' ? { path: shell.path.value, shell: command.name } : undefined;
}
