/**
 * A text that may depend on the machine, in parts: literals, and variables of the machine. A variable may have a text for
 * where it is not set, which is such a text itself, or a message (`missing`) with which that is refused.
 */
export type HostPart = string | { readonly name: string; readonly fallback?: string; readonly missing?: string };

const PART = /\$\$|\$\{(\w+)(?::?([-?])((?:[^${}]|\$\{[^${}]*\}|\$(?!\{))*))?\}|\$(\w+)|[^$]+|\$/g;

/** The parts of a text in Compose's notation. */
export function readHostText(text: string): readonly HostPart[] {
  const parts: HostPart[] = [];
  for (const [all, braced, sign, otherwise, plain] of text.matchAll(PART)) {
    const name = braced ?? plain;
    const last = parts.at(-1);
    if (name !== undefined && /^\D/.test(name)) parts.push({ name, ...(otherwise !== undefined && (sign === '?' ? { missing: otherwise } : { fallback: otherwise })) });
    else if (typeof last === 'string') parts[parts.length - 1] = last + (all === '$$' ? '$' : all);
    else parts.push(all === '$$' ? '$' : all);
  }
  return parts;
}

/** A text that depends on nothing, in Compose's notation. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** True when the text depends on the machine. */
export function dependsOnHost(text: string): boolean {
  return readHostText(text).some((part) => typeof part !== 'string');
}

/** Shells have these as variables or not at all: the commands give them everywhere. */
const COMMANDS: Readonly<Record<string, string>> = { UID: '$(id -u)', GID: '$(id -g)' };

/** The text as one word of a shell, quoted where it must be. */
export function toShellWord(text: string): string {
  const parts = readHostText(text);
  return parts.every((part) => typeof part === 'string') ? quoteWord(parts.join('')) : `"${toQuoted(text)}"`;
}

/** The text as it stands between double quotes. */
function toQuoted(text: string): string {
  return readHostText(text)
    .map((part) => {
      if (typeof part === 'string') return part.replace(/["\\$`]/g, '\\$&');
      const { name, fallback, missing } = part;
      if (fallback !== undefined) return `\${${name}:-${toQuoted(fallback)}}`;
      return missing === undefined ? (COMMANDS[name] ?? `\${${name}}`) : `\${${name}:?${toQuoted(missing)}}`;
    })
    .join('');
}

/** A literal as one word of a POSIX shell. */
export function quoteWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** True when a variable stands for another one that is not set: devcontainer.json has no way to say so. */
export function hasNestedFallback(text: string): boolean {
  return readHostText(text).some((part) => typeof part !== 'string' && part.fallback !== undefined && dependsOnHost(part.fallback));
}

/** The text with the variables of devcontainer.json; a fallback that is a variable itself is left out. */
export function toDevcontainerText(text: string): string {
  return readHostText(text)
    .map((part) => {
      if (typeof part === 'string') return part;
      if (part.name === 'PWD') return '${localWorkspaceFolder}';
      const { name, fallback } = part;
      return `\${localEnv:${name}${fallback === undefined || dependsOnHost(fallback) ? '' : `:${readHostText(fallback).filter((each) => typeof each === 'string').join('')}`}}`;
    })
    .join('');
}

/** The other way: a text of devcontainer.json in Compose's notation. Other variables of the tools stay as literals. */
export function fromDevcontainerText(text: string): string {
  let result = '';
  let position = 0;
  for (const match of text.matchAll(/\$\{(?:(?:localEnv|env):(\w+)(?::([^}]*))?|(localWorkspaceFolder|workspaceFolder))\}/g)) {
    const [all, name, fallback, folder] = match;
    result += literal(text.slice(position, match.index)) + (folder !== undefined ? '${PWD}' : `\${${name ?? ''}${fallback === undefined ? '' : `:-${literal(fallback)}`}}`);
    position = match.index + all.length;
  }
  return result + literal(text.slice(position));
}
