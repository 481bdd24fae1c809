// Text of strangers (names, labels, tags, logs) on its way to the screen: shown, never obeyed.

/** Escape sequences of terminals: CSI, OSC and DCS up to their ends, and the two-character ones. */
 
const ESCAPES = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u009d\u0098\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g;

/** Marks that turn the direction of what follows, and others without a width that hide what is there. */
const INVISIBLE = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

 
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** Longer texts are cut for tooltips, labels and messages. */
const MAX_LENGTH = 2000;

/**
 * A text as one line that can only be read: no escape sequences, control characters, line breaks or marks of direction;
 * cut at `maxLength` characters.
 */
export function toPlain(text: string, maxLength = MAX_LENGTH): string {
  // Cut first: labels of a megabyte exist, and the patterns need not walk through them.
  const head = text.length > maxLength * 4 ? text.slice(0, maxLength * 4) : text;
  const plain = toPlainLines(head).replace(/\s+/g, ' ').trim();
  return plain.length > maxLength || head.length < text.length ? `${plain.slice(0, maxLength - 1)}…` : plain;
}

/** Likewise for a text of many lines, such as a log: line breaks and tabs stay. */
export function toPlainLines(text: string): string {
  return text.replace(ESCAPES, '').replace(/\r\n/g, '\n').replace(CONTROLS, '').replace(INVISIBLE, '');
}
