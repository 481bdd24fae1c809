import { Hover, l10n, MarkdownString, Range, type Position, type TextDocument } from 'vscode';
import { explainText } from '../../generate/explain';

/** What the part of a file at a position does for the GPU, the display or a device; undefined where nothing is known of it. */
export function explainAt(document: TextDocument, position: Position): Hover | undefined {
  const line = document.lineAt(position.line).text;
  const found = explainText(line).filter(({ range }) => range.start <= position.character && position.character <= range.end);
  const [first] = found;
  if (first === undefined) return undefined;
  // All of it is our own text: nothing of the file is put in.
  const texts = found.map(({ text, source }) => `${l10n.t(text)}\n\n[${l10n.t('Source')}](${source})`);
  return new Hover(new MarkdownString(texts.join('\n\n---\n\n')), new Range(position.line, first.range.start, position.line, first.range.end));
}
