const DOTTED = /^\d+(?:\.\d+)*$/;

/** True for `8`, `8.6.1.6`, `535.183.06`: decimal numbers joined by dots, as many as you like. */
export function isDotted(text: string): boolean {
  return DOTTED.test(text);
}

/** The numbers of a dotted version: `8.6.1.6` → [8, 6, 1, 6]; undefined for anything else. */
export function parseDotted(text: string): readonly number[] | undefined {
  return isDotted(text) ? text.split('.').map(Number) : undefined;
}

/**
 * Order of two dotted versions: negative, 0 or positive. Absent parts count as 0, so `8.6` equals `8.6.0`.
 * A part that is no number sorts before every number; nothing throws.
 */
export function compareDotted(a: string, b: string): number {
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = partValue(left[i]) - partValue(right[i]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partValue(part: string | undefined): number {
  if (part === undefined) return 0;
  return DOTTED.test(part) ? Number(part) : -1;
}

/** Whether `version` begins with all parts of `prefix`: `12.4.1` has the prefixes `12`, `12.4` and `12.4.1`, not `12.41`. */
export function hasPrefix(version: string, prefix: string): boolean {
  return version === prefix || (prefix !== '' && version.startsWith(`${prefix}.`));
}

/** Whether one of the two is a prefix of the other, so that both can mean the same release: `8.6` and `8.6.1.6`. */
export function isSameRelease(a: string, b: string): boolean {
  return hasPrefix(a, b) || hasPrefix(b, a);
}

/** The first `count` parts: (`8.6.1.6`, 3) → `8.6.1`; the whole when it has no more. */
export function firstParts(version: string, count: number): string {
  return version.split('.', count).join('.');
}

/** The first part as a number: `11.8.0` → 11; undefined when there is none. */
export function majorOf(version: string): number | undefined {
  const digits = /^\d+(?=\.|$)/.exec(version);
  return digits === null ? undefined : Number(digits[0]);
}

/** `11.8.0` → `11.8`; undefined when the version has fewer than two numeric parts. */
export function majorMinorOf(version: string): string | undefined {
  return /^\d+\.\d+(?=\.|$)/.exec(version)?.[0];
}
