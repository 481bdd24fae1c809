/**
 * For each alternative of a regular expression the longest plain text that every match of it contains: what to look for
 * first, since a search for plain text is many times faster. An empty text for an alternative without any.
 */
export function listLiterals(pattern: string): readonly string[] {
  return splitAlternatives(pattern).map((alternative) => longest(plainRuns(alternative)));
}

/** The alternatives of the outermost `|`. */
function splitAlternatives(pattern: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i];
    if (character === '\\') i++;
    else if (character === '[') i = endOfClass(pattern, i);
    else if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '|' && depth === 0) {
      parts.push(pattern.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, pattern.slice(start)];
}

/** Runs of characters that stand for themselves, outside of groups. */
function plainRuns(pattern: string): readonly string[] {
  const runs = [''];
  let depth = 0;
  const add = (character: string, next: string | undefined): void => {
    const optional = next === '?' || next === '*' || next === '{';
    if (depth > 0) return;
    if (optional) runs.push('');
    else runs[runs.length - 1] += character;
    // A repeated character is there once; more may follow.
    if (next === '+') runs.push('');
  };
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern[i] ?? '';
    if (character === '\\') {
      const escaped = pattern[++i] ?? '';
      if (/\w/.test(escaped)) runs.push('');
      else add(escaped, pattern[i + 1]);
    } else if (character === '[') {
      i = endOfClass(pattern, i);
      runs.push('');
    } else if (character === '(') {
      depth++;
      runs.push('');
    } else if (character === ')') {
      depth--;
    } else if (/[.^$*+?{}]/.test(character)) {
      if (character === '{') i = Math.max(i, pattern.indexOf('}', i));
      runs.push('');
    } else {
      add(character, pattern[i + 1]);
    }
  }
  return runs;
}

function endOfClass(pattern: string, start: number): number {
  for (let i = start + 1; i < pattern.length; i++) {
    if (pattern[i] === '\\') i++;
    else if (pattern[i] === ']') return i;
  }
  return pattern.length;
}

function longest(texts: readonly string[]): string {
  return texts.reduce((best, text) => (text.length > best.length ? text : best), '');
}
