// Texts of others in Markdown: shown, never markup.

/** One line of prose whose text is no markup, but for commands between backticks. */
export function toMarkdownLine(text: string): string {
  const parts = dropControls(text).replace(/\s+/g, ' ').split(/(`[^`]+`)/);
  return parts.map((part, i) => (i % 2 === 1 ? part.replace(/\|/g, '\\|') : part.replace(/[\\*_[\]<>#|!~`&]/g, '\\$&'))).join('');
}

/** A block of code that its text cannot end. */
export function toMarkdownBlock(text: string): string {
  const clean = dropControls(text);
  const ticks = '`'.repeat(Math.max(2, ...Array.from(clean.matchAll(/`+/g), ([run]) => run.length)) + 1);
  return `${ticks}text\n${clean}\n${ticks}`;
}

/** The text of an HTML element. */
export function toHtmlText(text: string): string {
  return dropControls(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Control characters and those that turn the direction of writing do nothing but mislead. */
function dropControls(text: string): string {
  return text.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, '');
}
