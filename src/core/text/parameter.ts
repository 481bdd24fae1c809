import { Traced, UNKNOWN } from './traced';

/** Pattern and case operators of `${name<operator>…}`, in the notation of the shell. */
export type ParameterOperator = '#' | '##' | '%' | '%%' | '/' | '//' | '/#' | '/%' | '^' | '^^' | ',' | ',,';

/** Longer values than this are not searched: no version or package name comes near it. */
const MAX_VALUE_LENGTH = 4096;

/** One element of a pattern: `*`, or a test of one code unit. */
type Element = 'star' | ((unit: string) => boolean);

/** How patterns are written. A Dockerfile's know `*`, `?` and a `\` before `*`, `?`, `\`, `/`, `}`; a shell's also `[…]`. */
export type PatternDialect = 'docker' | 'shell';

/**
 * What `${name<operator>pattern}` gives for a variable that holds `value`. Parts that are kept stay verbatim, so that
 * `${VERSION%.*}` can still be edited where VERSION is written. `replacement` is that of `/` and its kin.
 * The result is unknown when a part of `value`, `pattern` or `replacement` is, when Docker refuses the pattern, and
 * where the value is too long to search.
 */
export function modifyValue(
  value: Traced,
  operator: ParameterOperator,
  pattern: string,
  replacement = '',
  dialect: PatternDialect = 'shell',
): Traced {
  if (value.value === '') return value;
  if (!value.known || pattern.includes(UNKNOWN) || replacement.includes(UNKNOWN) || value.value.length > MAX_VALUE_LENGTH) {
    return unknownAt(value);
  }
  const elements = readPattern(pattern, dialect);
  if (elements === undefined) return unknownAt(value);
  switch (operator) {
    case '#':
    case '##': {
      const end = matchEnd(value.value, 0, elements, operator === '##');
      return end < 0 ? value : value.slice(end);
    }
    case '%':
    case '%%': {
      const reversed = value.value.split('').reverse().join('');
      const end = matchEnd(reversed, 0, elements.reverse(), operator === '%%');
      return end < 0 ? value : value.slice(0, value.value.length - end);
    }
    case '/':
    case '//':
    case '/#':
    case '/%':
      return pattern === '' ? value : replace(value, operator, elements, replacement);
    case '^':
    case '^^':
    case ',':
    case ',,':
      return pattern === '' ? changeCase(value, operator) : unknownAt(value);
  }
}

/**
 * What `${name:offset:length}` gives. A negative offset counts from the end, a negative length names an end counted
 * from the end, as in bash. Unknown when the value is.
 */
export function substringOf(value: Traced, offset: number, length?: number): Traced {
  if (!value.known) return unknownAt(value);
  const size = value.value.length;
  const start = offset < 0 ? size + offset : offset;
  if (start < 0 || start > size) return value.slice(0, 0);
  const end = length === undefined ? size : length < 0 ? size + length : start + length;
  return value.slice(start, Math.max(start, Math.min(end, size)));
}

/** An unknown value at the place of `value`. */
function unknownAt(value: Traced): Traced {
  const piece = value.pieces[0];
  return piece === undefined ? value : new Traced([{ ...piece, text: UNKNOWN, verbatim: false }]);
}

function readPattern(pattern: string, dialect: PatternDialect): Element[] | undefined {
  const elements: Element[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern.charAt(i);
    if (unit === '*') {
      if (elements[elements.length - 1] !== 'star') elements.push('star');
    } else if (unit === '?') {
      elements.push(() => true);
    } else if (unit === '[' && dialect === 'shell') {
      const set = readSet(pattern, i);
      if (set === undefined) {
        elements.push((other) => other === '[');
      } else {
        elements.push(set.test);
        i = set.last;
      }
    } else {
      const escaped = unit === '\\' ? pattern.charAt(++i) : undefined;
      if (dialect === 'docker' && escaped !== undefined && !/^[*?\\/}]$/.test(escaped)) return undefined;
      const literal = escaped ?? unit;
      elements.push((other) => other === literal);
    }
  }
  return elements;
}

/** `[a-z]`, `[!0-9]`, `[[:digit:]]` at `start`; undefined when no `]` closes it. */
function readSet(pattern: string, start: number): { test: (unit: string) => boolean; last: number } | undefined {
  let i = start + 1;
  const negated = pattern.charAt(i) === '!' || pattern.charAt(i) === '^';
  if (negated) i++;
  const tests: ((unit: string) => boolean)[] = [];
  for (let first = true; i < pattern.length; first = false) {
    const from = pattern.charAt(i);
    if (from === ']' && !first) {
      return { test: (unit) => tests.some((test) => test(unit)) !== negated, last: i };
    }
    const named = from === '[' ? /^\[:(\w+):\]/.exec(pattern.slice(i, i + 12)) : null;
    if (named !== null) {
      const test = CLASSES[named[1] ?? ''];
      tests.push((unit) => test?.test(unit) ?? false);
      i += named[0].length;
    } else if (pattern.charAt(i + 1) === '-' && i + 2 < pattern.length && pattern.charAt(i + 2) !== ']') {
      const to = pattern.charAt(i + 2);
      tests.push((unit) => from <= unit && unit <= to);
      i += 3;
    } else {
      tests.push((unit) => unit === from);
      i++;
    }
  }
  return undefined;
}

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  digit: /[0-9]/,
  lower: /[a-z]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /\s/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

/**
 * The nearest or farthest end of a match of the whole pattern that begins at `start`, -1 without one.
 * All ways to match are followed side by side, so that no pattern takes more than length × elements steps.
 */
function matchEnd(value: string, start: number, elements: readonly Element[], longest: boolean): number {
  let states = new Set<number>();
  const enter = (into: Set<number>, state: number): void => {
    into.add(state);
    if (elements[state] === 'star') into.add(state + 1);
  };
  enter(states, 0);
  let found = -1;
  for (let i = start; ; i++) {
    if (states.has(elements.length)) {
      found = i;
      if (!longest) return found;
    }
    if (i >= value.length || states.size === 0) return found;
    const next = new Set<number>();
    for (const state of states) {
      const element = elements[state];
      if (element === 'star') enter(next, state);
      else if (element?.(value.charAt(i)) === true) enter(next, state + 1);
    }
    states = next;
  }
}

function replace(value: Traced, operator: '/' | '//' | '/#' | '/%', elements: readonly Element[], replacement: string): Traced {
  const text = value.value;
  const parts: Traced[] = [];
  let kept = 0;
  for (let start = 0; start < text.length; ) {
    const end = matchEnd(text, start, elements, true);
    if (end > start && (operator !== '/%' || end === text.length)) {
      const piece = value.slice(start, end).pieces[0];
      parts.push(value.slice(kept, start));
      if (piece !== undefined && replacement !== '') parts.push(new Traced([{ ...piece, text: replacement, verbatim: false }]));
      kept = end;
      if (operator !== '//') break;
      start = end;
    } else {
      if (operator === '/#') break;
      start++;
    }
  }
  if (kept === 0 && parts.length === 0) return value;
  parts.push(value.slice(kept));
  return Traced.concat(parts);
}

function changeCase(value: Traced, operator: '^' | '^^' | ',' | ',,'): Traced {
  const change = (text: string): string => (operator.startsWith('^') ? text.toUpperCase() : text.toLowerCase());
  if (operator.length === 1) return Traced.concat([changeCase(value.slice(0, 1), operator === '^' ? '^^' : ',,'), value.slice(1)]);
  return new Traced(
    value.pieces.map((piece) => {
      const text = change(piece.text);
      return text === piece.text ? piece : { ...piece, text, verbatim: false };
    }),
  );
}
