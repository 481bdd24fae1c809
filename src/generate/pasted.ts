/** A command as people paste it, as a script that bash would read. */
export interface Pasted {
  readonly text: string;
  /** What stands in it for something that the reader has to put in: `<xx.xx>`. */
  readonly placeholders: readonly string[];
}

const PROMPT = /^[ \t]*(?:PS [^>\n]*>|[A-Za-z]:\\[^>\n]*>|[\w.-]+@[\w.-]+[:~][^$#\n]*[$#]|\$)[ \t]+/;
/** What only PowerShell and cmd write: variables of theirs; and unquoted a line that goes on behind a backtick or a caret, or a path with a drive. */
const WINDOWS_VARIABLE = /%(?:cd|userprofile|username|homedrive|homepath|(?:local)?appdata|te?mp|computername|display)%|\$(?:\{env:|env:)|^[ \t]*PS [^>\n]*>/im;
const WINDOWS = /[ \t][`^][ \t]*\n|(?:^|[\s=])[A-Za-z]:\\/m;
/** What a shell quotes, and a backslash with what it quotes. */
const QUOTED = /\\[^\s]|"(?:\\[^]|[^"\\])*"|'[^']*'/.source;
const PLACEHOLDER = /<[A-Za-z](?:[\w .|:/-]*[\w.])?>/;

/**
 * Takes off what is no part of a command (prompts, fences of Markdown), puts plain signs in the place of those of a
 * typesetter, and writes commands of PowerShell and cmd as bash would.
 */
export function readPasted(pasted: string): Pasted {
  const plain = pasted
    .replace(/\r/g, '')
    .replace(/^[ \t]*(?:```|~~~).*$/gm, '')
    .replace(/[\u201C\u201D]/g, '"')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/\u00A0/g, ' ')
    .replace(/(^|\s)[\u2013\u2014]{1,2}(?=([a-z]+))/g, (_, before: string, name: string) => before + (name.length === 1 || /^(?:it|ti)d?$/.test(name) ? '-' : '--'))
    // A prompt of root looks like a comment.
    .replace(/^[ \t]*#[ \t]+(?=(?:sudo[ \t]+)?(?:docker|podman|nvidia-docker)[ \t]+(?:container[ \t]+)?run[ \t])/gm, '');
  const command = dropPrompts(plain);
  const isWindows = WINDOWS_VARIABLE.test(plain) || WINDOWS.test(command.replace(/"[^"]*"|'[^']*'/g, '""'));
  const shell = isWindows ? fromWindows(command) : replaceUnquoted(command, /\\[ \t]+\n/, () => '\\\n');
  // Unquoted, a shell would read and write files by a placeholder.
  const text = replaceUnquoted(shell, PLACEHOLDER, (part) => part.replace(/[<> |]/g, '\\$&'));
  return { text, placeholders: [...new Set(shell.match(new RegExp(PLACEHOLDER, 'g')) ?? [])] };
}

/** Whether a quotation mark is left over in a text of bash. */
export function hasOpenQuote(text: string): boolean {
  return /["']/.test(text.replace(new RegExp(QUOTED, 'g'), ''));
}

function replaceUnquoted(text: string, pattern: RegExp, replace: (part: string) => string): string {
  return text.replace(new RegExp(`(${QUOTED})|${pattern.source}`, 'g'), (part, quoted: string | undefined) => quoted ?? replace(part));
}

/** A text that begins with a prompt is a copy of a terminal; `>` begins the further lines of a command there. */
function dropPrompts(text: string): string {
  if (!PROMPT.test(text.trimStart())) return text;
  return text
    .split('\n')
    .map((line) => line.replace(PROMPT, '').replace(/^[ \t]*>[ \t]+/, ''))
    .join('\n');
}

/** Lines, variables and paths of Windows in the words of bash. */
function fromWindows(text: string): string {
  return text
    .replace(/[ \t]+[`^][ \t]*\n/g, ' ')
    .replace(/`"/g, '\\"')
    .replace(/%cd%|\$\{pwd\}|\$pwd(?:\.path)?\b|\$?\(pwd\)(?:\.path)?|\$\(get-location\)/gi, '${PWD}')
    .replace(/%([A-Za-z_]\w+)%|\$\{env:(\w+)\}|\$env:(\w+)/gi, (_, ...names: (string | undefined)[]) => `\${${names.slice(0, 3).find((name) => name !== undefined) ?? ''}}`)
    .replace(/'[^']*'|\\(?!")/g, (part) => (part === '\\' ? '\\\\' : part));
}
