import { remember } from '../../text/remember';
import type { Instruction, Word } from '../../dockerfile/model';

/** A `$NAME` or `${NAME…}` that Docker or the shell of a RUN replaces. */
export interface VariableUse {
  readonly name: string;
  /** Offsets in the document. */
  readonly start: number;
  readonly end: number;
  /** What follows the name between braces: `:-default`, `%.*`; empty for a plain use. */
  readonly operator: string;
}

const USE = /\\[\s\S]|'|"|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)([^}]*)\})/g;

/** The variables that an instruction uses, in the order of the file. Here-documents, CMD and ENTRYPOINT are left out. */
export function listVariableUses(instruction: Instruction): readonly VariableUse[] {
  if (instruction.kind === 'run') {
    const { script, scriptRange } = instruction;
    return script === undefined ? [] : scan(script, scriptRange.start, true);
  }
  return wordsOf(instruction).flatMap(({ raw, range }) => (raw.includes('$') ? scan(raw, range.start, false) : []));
}

function wordsOf(instruction: Instruction): readonly Word[] {
  const flags = instruction.flags.flatMap(({ value }) => (value === undefined ? [] : [value]));
  switch (instruction.kind) {
    case 'from':
      return [...flags, instruction.image];
    case 'arg':
      return instruction.declarations.flatMap(({ value }) => (value === undefined ? [] : [value]));
    case 'env':
    case 'label':
      return instruction.assignments.map(({ value }) => value);
    case 'copy':
    case 'add':
      return [...flags, ...instruction.sources, ...(instruction.destination === undefined ? [] : [instruction.destination])];
    case 'user':
    case 'workdir':
      return instruction.argument === undefined ? [] : [instruction.argument];
    default:
      return [];
  }
}

/** `shell`: an apostrophe between double quotes quotes nothing; Docker knows the same rule. */
function scan(text: string, offset: number, shell: boolean): readonly VariableUse[] {
  const uses: VariableUse[] = [];
  if (!text.includes('$')) return uses;
  let quote = '';
  for (const match of text.matchAll(USE)) {
    const [found, plain, braced, operator = ''] = match;
    if (found === "'" || found === '"') {
      if (quote === '') quote = found;
      else if (quote === found) quote = '';
    } else if (!found.startsWith('\\') && quote !== "'") {
      const name = plain ?? braced ?? '';
      uses.push({ name, start: offset + match.index, end: offset + match.index + found.length, operator });
    } else if (shell && quote === "'" && found.startsWith('\\') && found.endsWith("'")) {
      // No escape holds between apostrophes: this one closes them.
      quote = '';
    }
  }
  return uses;
}

/** Whether a script gives a variable a value itself, or takes variables from a file: then nobody knows what it holds. */
export function mayAssign(script: string, name: string): boolean {
  return assignmentOf(name).test(script);
}

const assignmentOf = remember(
  (name: string) => new RegExp(`(?:^|[\\s;&|(])${name}\\+?=|\\b(?:read|for|getopts)\\b[^;\\n]*\\b${name}\\b|(?:^|[;&|\\s])(?:\\.|source|eval)\\s`),
);
