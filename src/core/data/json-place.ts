import type { Range } from '../text/range';
import { ITEM } from './yaml-place';

/** Where a cursor stands in JSON with comments. */
export interface JsonPlace {
  /** Keys of the objects around the place, the outermost first; `ITEM` for each list. A value's own key is the last one. */
  readonly path: readonly string[];
  /** The name of a property stands here, or can. */
  readonly isKey: boolean;
  /** What is written up to the place, without the opening quote. */
  readonly typed: string;
  /** The place is inside a string. */
  readonly quoted: boolean;
  /** The string or word that the place is in, its quotes included; empty between two. */
  readonly token: Range;
  /** What stands before the token allows one here. */
  readonly allowed: boolean;
  /** The first character of the token behind; empty at the end. */
  readonly next: string;
  /** Its value stands behind the place of a property already. */
  readonly hasValue: boolean;
}

interface Frame {
  readonly isList: boolean;
  /** The key of the value that is being read; undefined where a key is due. */
  key: string | undefined;
}

/** Blanks, comments, strings (to the end of their line when nothing closes them), signs, and words. */
const TOKEN = /\s+|\/\/[^\r\n]*|\/\*[^]*?(?:\*\/|$)|"(?:[^"\\\r\n]|\\.)*"?|[[\]{}:,]|[^\s"[\]{}:,/]+|\//g;

/** The place of `offset` (UTF-16 code units) in JSON with comments, whole or not. Undefined in a comment. Never throws. */
export function readJsonPlace(text: string, offset: number): JsonPlace | undefined {
  const frames: Frame[] = [];
  let before = '';
  let name = '';
  let token: Range = { start: offset, end: offset };
  let quoted = false;
  for (const { 0: written, index: start } of text.matchAll(TOKEN)) {
    const end = start + written.length;
    if (start >= offset) break;
    if (/^\s/.test(written)) continue;
    if (/^\/[/*]/.test(written)) {
      if (offset < end || (offset === end && !/^\/\*[^]*\*\/$/.test(written))) return undefined;
      continue;
    }
    const sign = written.slice(0, 1);
    const isString = sign === '"';
    const isClosed = /^"(?:[^"\\]|\\.)*"$/.test(written);
    if (isString ? offset < end || (offset === end && !isClosed) : !/[[\]{}:,]/.test(sign) && offset <= end) {
      quoted = isString;
      // A quote behind nothing but blanks, commas and brackets opens the next string: this one is not closed yet.
      token = { start, end: isString && (!isClosed || /^[\s,\]}]+$/.test(text.slice(offset, end - 1))) ? offset : end };
      break;
    }
    const frame = frames.at(-1);
    if (sign === '{' || sign === '[') frames.push({ isList: sign === '[', key: undefined });
    else if (sign === '}' || sign === ']') frames.pop();
    else if (isString) name = written.slice(1, isClosed ? -1 : undefined);
    else if (frame?.isList === false && sign === ':') frame.key = name;
    else if (frame?.isList === false && sign === ',') frame.key = undefined;
    before = sign;
  }
  const top = frames.at(-1);
  const isKey = top?.isList === false && top.key === undefined;
  const opens = top?.isList === true ? '[' : isKey ? '{' : ':';
  return {
    path: frames.flatMap(({ isList, key }) => (isList ? ITEM : (key ?? []))),
    isKey,
    typed: text.slice(token.start + Number(quoted), offset),
    quoted,
    token,
    allowed: before === opens || (before === ',' && (top?.isList === true || isKey)),
    next: signBehind(text, token.end),
    hasValue: before === ':' && token.start === token.end && /^["[{\w-]/.test(signBehind(text, token.end)) && !isKeyBehind(text, token.end),
  };
}

/** True where the next string is the name of a property. */
function isKeyBehind(text: string, offset: number): boolean {
  const [first = '', second = ''] = Array.from(text.slice(offset).matchAll(TOKEN), ([written]) => written).filter((written) => !/^(?:\s|\/[/*])/.test(written));
  return first.startsWith('"') && second === ':';
}

function signBehind(text: string, offset: number): string {
  const rest = text.slice(offset);
  for (const [written] of rest.matchAll(TOKEN)) if (!/^(?:\s|\/[/*])/.test(written)) return written.slice(0, 1);
  return '';
}
