import type { Text } from '../core/l10n/message';

/**
 * Text from elsewhere for a terminal: control characters, among them those of ANSI sequences, and characters that turn
 * the direction of writing become visible. Line breaks and tabs become blanks.
 */
export function makeVisible(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** The same for what stands in a message. */
export function makeTextVisible(text: Text): Text {
  if (typeof text === 'string') return makeVisible(text);
  return { template: text.template, data: Object.fromEntries(Object.entries(text.data).map(([name, value]) => [name, makeTextVisible(value)])) };
}
