import { Traced, UNKNOWN, type Piece } from '../../text/traced';
import type { ShellCommand } from '../model';

/** What `echo`, `printf` or `cat <<EOF` prints, as far as it can be told; undefined for other commands. */
export function writtenText(command: ShellCommand): Traced | undefined {
  switch (command.name) {
    case 'echo': {
      const words = command.words.slice(1);
      const start = words.findIndex((word) => !/^-[neE]+$/.test(word.text.value));
      const printed = start < 0 ? [] : words.slice(start).map((word) => word.text);
      return resolveEscapes(join(printed), command);
    }
    case 'printf': {
      const [format, ...values] = command.words.slice(1).map((word) => word.text);
      if (format === undefined) return undefined;
      if (!format.value.includes('%')) return resolveEscapes(format, command);
      return /^(?:%[sb](?:\\n|\s)*)+$/.test(format.value) ? join(values, '\n') : undefined;
    }
    case 'cat': {
      const document = command.redirects.find(({ operator }) => operator.includes('<<'));
      return command.words.length > 1 && command.words[1]?.text.value !== '-' ? undefined : document?.target;
    }
    default:
      return undefined;
  }
}

function join(values: readonly Traced[], separator = ' '): Traced {
  return new Traced(
    values.flatMap((value, i) => {
      const at = value.pieces[0];
      return i === 0 || at === undefined ? value.pieces : [{ ...at, text: separator, verbatim: false }, ...value.pieces];
    }),
  );
}

/** `\n` and `\t` as line and tab: dash's echo, `echo -e` and printf all read them so; bash's echo alone does not. */
function resolveEscapes(value: Traced, command: ShellCommand): Traced {
  if (!value.value.includes('\\')) return value;
  const pieces: Piece[] = [];
  let position = 0;
  for (const match of value.value.matchAll(/\\[nt]/g)) {
    const at = value.slice(match.index, match.index + 2).pieces[0];
    pieces.push(...value.slice(position, match.index).pieces);
    const range = at?.range ?? command.range;
    pieces.push({ ...(at ?? { file: command.file }), range, text: match[0] === '\\n' ? '\n' : '\t', verbatim: false });
    position = match.index + 2;
  }
  pieces.push(...value.slice(position).pieces);
  return new Traced(pieces);
}

/** A file to which a command writes its output, by `>`, `>>`, `1>`, `&>`; undefined without one, and for devices. */
export function outputFile(command: ShellCommand): { readonly path: Traced; readonly append: boolean } | undefined {
  for (const { operator, target } of command.redirects) {
    if (target === undefined || !/^[1&]?>[>|]?$/.test(operator)) continue;
    if (target.value.startsWith('/dev/') || target.value === UNKNOWN || /^[=\d]/.test(target.value)) continue;
    return { path: target, append: operator.includes('>>') };
  }
  return undefined;
}
