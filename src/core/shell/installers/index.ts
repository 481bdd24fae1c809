import type { ShellScript } from '../model';
import type { Action, InstallerContext } from './model';

/** What the commands of a script do to the image, in their order; an unclaimed command with a known name is `execute`. */
export function recogniseActions(script: ShellScript, context: InstallerContext): readonly Action[] {
  void context;
  return script.commands
    .filter((command) => command.name !== '')
    .map((command) => ({ kind: 'execute' as const, command, file: command.file, range: command.range }));
}
