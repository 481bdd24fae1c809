import type { CommandInstruction } from '../../dockerfile/model';
import type { InstructionStep, StackReport } from '../../stack/model';
import type { ShellCommand } from '../../shell/model';

/**
 * True when the RUN certainly ends with an error once this command fails: it runs in any case, is the last of its
 * pipeline, and what follows it in the script is joined by `&&`, or the shell stops at errors (`set -e`). False where that
 * cannot be told, as for commands of a script of the build context.
 */
export function endsBuild(command: ShellCommand, step: Pick<InstructionStep, 'instruction' | 'commands'>, { dockerfile }: StackReport): boolean {
  const { instruction } = step;
  if (instruction.kind !== 'run' || command.conditional || command.failureIgnored || command.substitution || command.file !== dockerfile.file) return false;
  if (step.commands.some((other) => other.pipeline === command.pipeline && other.pipelineIndex > command.pipelineIndex)) return false;
  const rest = restOfScript(instruction, command.range.end, dockerfile.text);
  const end = findListEnd(rest);
  if (end < 0) return true;
  // Only the last command of a list ends the shell.
  return stopsAtErrors(step, command) && !rest.slice(0, end).includes('&&') && rest[end] !== '&';
}

/** What follows in the same script, up to the end of the RUN or of the here-document that holds the command. */
function restOfScript({ script, scriptRange, heredocs }: CommandInstruction, from: number, text: string): string {
  const body = heredocs.find(({ bodyRange }) => bodyRange.start <= from && from <= bodyRange.end)?.bodyRange;
  if (body !== undefined) return text.slice(from, body.end).replace(/\\\r?\n/g, ' ').replace(/^[ \t]*#.*$/gm, '').trimEnd();
  return (script ?? '').slice(from - scriptRange.start).replace(/\\\r?\n/g, ' ').trimEnd();
}

/** Where the list of commands ends that the text goes on with: at `;`, `&` or a line's end outside of quotes. Below 0 when it does not. */
function findListEnd(text: string): number {
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (quote !== '') {
      if (char === '\\' && quote === '"') at++;
      else if (char === quote) quote = '';
    } else if (char === '\\') at++;
    else if (char === '"' || char === "'") quote = char;
    else if (char === ';' || char === '\n') return at;
    else if (char === '&') {
      if (text[at + 1] === '&') at++;
      else if (text[at - 1] !== '>' && text[at + 1] !== '>') return at;
    }
  }
  return -1;
}

function stopsAtErrors({ commands }: Pick<InstructionStep, 'commands'>, command: ShellCommand): boolean {
  for (const other of commands) {
    if (other === command) return false;
    if (other.name === 'set' && other.words.some(({ text }) => /^-[a-zA-Z]*e/.test(text.value) || text.value === 'errexit')) return true;
  }
  return false;
}
