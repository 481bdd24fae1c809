import { MarkupKind, type Hover } from 'vscode-languageserver';
import { renderMarkdown, renderPlain } from '../../core/assist/card';
import { describeAt } from '../../core/assist/hover';
import type { Session } from '../session';

/** `textDocument/hover` in Dockerfiles. */
export function registerHover({ connection, analyser, features }: Session): void {
  connection.onHover(async ({ textDocument: { uri }, position }, token): Promise<Hover | null> => {
    const analysis = analyser.kindOf(uri) === 'dockerfile' ? await analyser.analyse(uri, token) : undefined;
    if (analysis?.stack === undefined) return null;
    const lines = analysis.linesOf(uri);
    const card = describeAt(analysis.stack, lines.offsetAt(position));
    if (card === undefined) return null;
    const contents = features.markdownHover ? { kind: MarkupKind.Markdown, value: renderMarkdown(card) } : { kind: MarkupKind.PlainText, value: renderPlain(card) };
    return { contents, range: { start: lines.positionAt(card.range.start), end: lines.positionAt(card.range.end) } };
  });
}
