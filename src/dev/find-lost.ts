import { parse, visit, type ParseError } from 'jsonc-parser';

/** Commands may be put beside others, under a name. */
const COMMANDS = new Set(['initializeCommand', 'postCreateCommand']);

/** What a JSON text with comments lost in another: comments, keys, values, order. Empty when all of it is there. */
export function findLost(before: string, after: string): readonly string[] {
  const errors: ParseError[] = [];
  const from: unknown = parse(before, [], { allowTrailingComma: true });
  const to: unknown = parse(after, errors, { allowTrailingComma: true });
  const lost: string[] = errors.map(({ offset }) => `a syntax error at ${offset}`);
  compare(from, to, '', lost);
  let position = 0;
  const comments = listComments(after);
  for (const comment of listComments(before)) {
    const at = comments.indexOf(comment, position);
    if (at < 0) lost.push(`the comment ${comment}`);
    else position = at + 1;
  }
  return lost;
}

function compare(from: unknown, to: unknown, path: string, lost: string[]): void {
  if (Array.isArray(from)) {
    if (!Array.isArray(to) || from.some((item, i) => JSON.stringify(item) !== JSON.stringify((to as unknown[])[i]))) lost.push(`items of ${path}`);
  } else if (typeof from === 'object' && from !== null) {
    if (typeof to !== 'object' || to === null) {
      lost.push(`the object ${path}`);
      return;
    }
    const keys = Object.keys(from);
    const kept = Object.keys(to).filter((key) => key in from);
    if (keys.join('\n') !== kept.join('\n')) lost.push(`keys of ${path}: ${keys.join(', ')} became ${kept.join(', ')}`);
    for (const key of kept) {
      const value = (to as Record<string, unknown>)[key];
      const old = (from as Record<string, unknown>)[key];
      const wrapped = COMMANDS.has(key) && (typeof old !== 'object' || Array.isArray(old)) && typeof value === 'object' && value !== null && 'project' in value;
      const empty = JSON.stringify(old) === '""' || JSON.stringify(old) === '[]';
      if (!(COMMANDS.has(key) && empty)) compare(old, wrapped ? value.project : value, `${path}.${key}`, lost);
    }
  } else if (from !== to) lost.push(`${path}: ${JSON.stringify(from)} became ${JSON.stringify(to)}`);
}

function listComments(text: string): readonly string[] {
  const comments: string[] = [];
  visit(text, { onComment: (offset, length) => void comments.push(text.slice(offset, offset + length).trim()) }, { allowTrailingComma: true });
  return comments;
}
