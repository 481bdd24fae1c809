import { Traced, UNKNOWN } from '../text/traced';

/** The variables that a file gives (`.env`); what it lacks, the shell that starts Compose may have. */
export type Environment = ReadonlyMap<string, Traced>;

const NAME = /[A-Za-z_]\w*/y;
/** A nesting of `${…:-${…}}` deeper than this is no longer followed. */
const MAX_DEPTH = 20;
/** A variable whose bracket closes farther away than this is none: a bound for texts of nothing but open brackets. */
const MAX_LENGTH = 4096;

/**
 * A value of a Compose file with its variables replaced: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`,
 * `${NAME:?message}`, `${NAME?message}`, `${NAME:+other}`, `${NAME+other}`, nested, and `$$` for one `$`
 * (compose-go, template/template.go). A variable that `environment` lacks gives its default, or UNKNOWN where it has none.
 */
export function interpolate(text: Traced, environment: Environment): Traced {
  return text.value.includes('$') ? expand(text, 0, text.value.length, environment, 0) : text;
}

function expand(text: Traced, start: number, end: number, environment: Environment, depth: number): Traced {
  const { value } = text;
  const parts: Traced[] = [];
  let position = start;
  while (position < end) {
    const dollar = value.indexOf('$', position);
    if (dollar < 0 || dollar >= end - 1) break;
    const variable = readVariable(value, dollar, end);
    if (value[dollar + 1] === '$') {
      parts.push(text.slice(position, dollar + 1));
      position = dollar + 2;
    } else if (variable === undefined) {
      // Compose refuses a `$` that begins no variable; nothing is known of what was meant.
      parts.push(text.slice(position, dollar + 1));
      position = dollar + 1;
    } else {
      parts.push(text.slice(position, dollar), resolve(text, dollar, variable, environment, depth));
      position = variable.end;
    }
  }
  parts.push(text.slice(position, end));
  return Traced.concat(parts);
}

/** A variable in a text: what follows the operator lies from `argument` to the bracket that closes it. */
interface Variable {
  readonly name: string;
  readonly operator: string;
  readonly argument: number;
  readonly end: number;
}

function readVariable(value: string, dollar: number, end: number): Variable | undefined {
  const braced = value[dollar + 1] === '{';
  NAME.lastIndex = dollar + (braced ? 2 : 1);
  const name = NAME.exec(value)?.[0];
  if (name === undefined) return undefined;
  const after = NAME.lastIndex;
  if (!braced) return { name, operator: '', argument: after, end: after };
  const operator = /^:?[-?+]/.exec(value.slice(after, after + 2))?.[0] ?? '';
  const close = findClose(value, after + operator.length, end);
  if (close < 0 || (operator === '' && close !== after)) return undefined;
  return { name, operator, argument: after + operator.length, end: close + 1 };
}

/** The `}` that closes a variable whose inside begins at `start`; -1 without one. */
function findClose(value: string, start: number, end: number): number {
  let depth = 1;
  for (let i = start; i < Math.min(end, start + MAX_LENGTH); i++) {
    if (value[i] === '{' && value[i - 1] === '$') depth++;
    else if (value[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

function resolve(text: Traced, dollar: number, { name, operator, argument, end }: Variable, environment: Environment, depth: number): Traced {
  const place = text.locate(dollar, end);
  const unknown = place === undefined ? text.slice(dollar, dollar) : new Traced([{ text: UNKNOWN, ...place, verbatim: false }]);
  const given = environment.get(name);
  const other = (): Traced => (depth < MAX_DEPTH ? expand(text, argument, end - 1, environment, depth + 1) : unknown);
  const used = given === undefined || place === undefined ? given : given.usedAt(place.file, place.range, name);
  switch (operator) {
    case ':-':
      return used === undefined || used.value === '' ? other() : used;
    case '-':
      return used ?? other();
    case ':+':
      return used === undefined ? unknown : used.value === '' ? used : other();
    case '+':
      return used === undefined ? unknown : other();
    default:
      return used ?? unknown;
  }
}

const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([^\r\n]*))/dgm;

/** The variables of an env file (`.env`, `env_file`): `NAME=value` a line, quotes and comments as Compose reads them. */
export function readEnvironmentFile(text: string, file: string): Environment {
  const variables = new Map<string, Traced>();
  for (const { 1: name = '', 2: double, 3: single, 4: plain, indices } of text.matchAll(ASSIGNMENT)) {
    const written = double ?? single ?? plain?.replace(/(?:^|[ \t])#.*$/, '').trimEnd() ?? '';
    const start = (indices?.[2] ?? indices?.[3] ?? indices?.[4])?.[0] ?? 0;
    const range = { start, end: start + written.length };
    const escaped = double?.includes('\\') === true;
    const literal = escaped ? Traced.unknown(file, range) : Traced.literal(written, file, range);
    variables.set(name, single === undefined ? interpolate(literal, variables) : literal);
  }
  return variables;
}
