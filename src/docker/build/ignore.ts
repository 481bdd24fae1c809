// .dockerignore, by the rules of https://docs.docker.com/build/concepts/context/#dockerignore-files:
// Go's filepath.Match with `**`, the last pattern that fits decides, `!` takes back.

/** Tells of paths in a context, with `/`, whether .dockerignore leaves them out. */
export type IgnoreTest = (path: string) => boolean;

interface Rule {
  readonly pattern: RegExp;
  readonly keeps: boolean;
}

/** Reads a .dockerignore. */
export function readIgnore(text: string): { readonly ignores: IgnoreTest; /** Something below an ignored folder may be kept. */ readonly hasExceptions: boolean } {
  const rules = text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .flatMap((raw): Rule[] => {
      if (raw.startsWith('#')) return [];
      const line = raw.trim();
      const keeps = line.startsWith('!');
      const parts = (keeps ? line.slice(1).trim() : line).split('/').filter((part) => part !== '' && part !== '.');
      return parts.length === 0 ? [] : [{ pattern: new RegExp(`^${toRegExp(parts.join('/'))}(?:/.*)?$`, 's'), keeps }];
    });
  return {
    ignores: (path) => rules.findLast(({ pattern }) => pattern.test(path))?.keeps === false,
    hasExceptions: rules.some(({ keeps }) => keeps),
  };
}

function toRegExp(glob: string): string {
  let result = '';
  for (let i = 0; i < glob.length; i++) {
    const unit = glob.charAt(i);
    if (unit === '*' && glob.charAt(i + 1) === '*') {
      i++;
      if (glob.charAt(i + 1) === '/') {
        i++;
        result += '(?:.*/)?';
      } else {
        result += '.*';
      }
    } else if (unit === '*') {
      result += '[^/]*';
    } else if (unit === '?') {
      result += '[^/]';
    } else if (unit === '[' && glob.indexOf(']', i + 1) > 0) {
      const end = glob.indexOf(']', i + 1);
      result += `[${glob.slice(i + 1, end).replace(/\\/g, '\\\\')}]`;
      i = end;
    } else if (unit === '\\' && i + 1 < glob.length) {
      result += escape(glob.charAt(++i));
    } else {
      result += escape(unit);
    }
  }
  return result;
}

function escape(text: string): string {
  return text.replace(/[.+^${}()|[\]\\*?]/g, '\\$&');
}
