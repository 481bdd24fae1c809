/**
 * Order of two Debian package versions, as dpkg has it (deb-version(7)): epoch, upstream version, revision; runs of
 * digits compare as numbers, letters before other characters, `~` before everything, even the end.
 * Negative, 0 or positive; never throws.
 */
export function compareDebian(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  return left.epoch - right.epoch || compareText(left.upstream, right.upstream) || compareText(left.revision, right.revision);
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const text = version.trim();
  const epoch = /^(\d+):/.exec(text);
  const rest = epoch === null ? text : text.slice(epoch[0].length);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: epoch === null ? 0 : Number(epoch[1]),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

function compareText(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i++;
      j++;
    }
    const startA = i;
    const startB = j;
    while (isDigit(a, i)) i++;
    while (isDigit(b, j)) j++;
    const left = a.slice(startA, i).replace(/^0+/, '');
    const right = b.slice(startB, j).replace(/^0+/, '');
    // Longer means larger once leading zeros are gone; no number is too long for that.
    if (left.length !== right.length) return left.length - right.length;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function isDigit(text: string, i: number): boolean {
  const code = text.charCodeAt(i);
  return code >= 48 && code <= 57;
}

/** Weight of a character outside a number; the end of the text and a digit weigh nothing. */
function weight(text: string, i: number): number {
  if (i >= text.length || isDigit(text, i)) return 0;
  const code = text.charCodeAt(i);
  if (code === 126) return -1;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter ? code : code + 256;
}

/** A package version of NVIDIA's repositories in its parts. */
export interface NvidiaPackageVersion {
  /** `8.6.1.6` of `8.6.1.6-1+cuda11.8`. */
  readonly upstream: string;
  /** `1` of the same. */
  readonly revision: string;
  /** `11.8` of the same; undefined for packages without the suffix (cuDNN 9, the toolkit). May be `10` where the file has `+cuda10`. */
  readonly cuda: string | undefined;
}

const NVIDIA_VERSION = /^(\d+(?:\.\d+)*)-(\d+)(?:[+.]cuda(\d+(?:\.\d+)*))?$/;

/**
 * Takes apart a version in the form of NVIDIA's repositories, Debian (`8.6.1.6-1+cuda11.8`) or RPM (`8.2.0-1.cuda10.2`).
 * Undefined for every other form, wildcards included.
 */
export function parseNvidiaPackageVersion(text: string): NvidiaPackageVersion | undefined {
  const match = NVIDIA_VERSION.exec(text);
  return match === null ? undefined : { upstream: match[1] ?? '', revision: match[2] ?? '', cuda: match[3] };
}

/**
 * The CUDA that a version string or a wildcard of one names in its suffix: `8.6.*+cuda11.8` → `11.8`.
 * Undefined when it names none, or only a beginning (`+cuda11.*`).
 */
export function cudaSuffixOf(text: string): string | undefined {
  return /[+.]cuda(\d+(?:\.\d+)*)$/.exec(text)?.[1];
}

/** Whether apt takes what follows `=` as a pattern: wildcards anywhere, or a regular expression between slashes. */
export function isAptPattern(text: string): boolean {
  return /[*?[]|^\/.*\/$/s.test(text);
}

/**
 * Whether apt accepts `version` for `pattern` in `package=pattern`: the same string, a wildcard match of the whole
 * (`8.6.*`, `*+cuda11.8`), letters in either case (apt-pkg's version matcher uses fnmatch with case folding).
 * A regular expression between slashes is taken to match, because what it excludes is not worth telling wrongly.
 */
export function matchesAptPattern(pattern: string, version: string): boolean {
  if (/^\/.*\/$/s.test(pattern)) return true;
  return globMatches(pattern.toLowerCase(), version.toLowerCase());
}

/** Wildcard match that goes back only to the last `*`, so that no pattern takes more than the product of both lengths. */
function globMatches(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
  let token = 0;
  let position = 0;
  let star = -1;
  let starPosition = 0;
  while (position < text.length) {
    const current = tokens[token];
    if (current === '*') {
      star = token++;
      starPosition = position;
    } else if (current !== undefined && tokenMatches(current, text.charAt(position))) {
      token++;
      position++;
    } else if (star >= 0) {
      token = star + 1;
      position = ++starPosition;
    } else {
      return false;
    }
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

function tokenMatches(token: string, character: string): boolean {
  if (token === '?') return true;
  if (token.length === 1) return token === character;
  const negated = token.startsWith('[!');
  const members = token.slice(negated ? 2 : 1, -1);
  let found = false;
  for (let i = 0; i < members.length; i++) {
    const isRange = members.charAt(i + 1) === '-' && i + 2 < members.length;
    if (isRange ? members.charAt(i) <= character && character <= members.charAt(i + 2) : members.charAt(i) === character) found = true;
    if (isRange) i += 2;
  }
  return found !== negated;
}
