import type { CancellationToken, Hover, Position } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Card } from '../../core/assist/card';
import { describeAt } from '../../core/assist/hover';
import { describeImageLineAt } from '../../core/assist/hover/image-line';
import { describeRequirementAt } from '../../core/assist/hover/requirement';
import type { Session } from '../session';
import { toMarkup } from '../to-lsp';

interface Found {
  readonly card: Card | undefined;
  /** Positions of the text that the card was made from. */
  readonly lines: Pick<TextDocument, 'positionAt'>;
}

/** `textDocument/hover` in Dockerfiles and requirements files, and on images of Compose files and devcontainer.json. */
export function registerHover({ connection, documents, analyser, features }: Session): void {
  connection.onHover(async ({ textDocument: { uri }, position }, token): Promise<Hover | null> => {
    const { card, lines } = (await find(uri, position, token)) ?? {};
    if (card === undefined || lines === undefined) return null;
    return { contents: toMarkup(card, features.markdownHover, features), range: { start: lines.positionAt(card.range.start), end: lines.positionAt(card.range.end) } };
  });

  async function find(uri: string, position: Position, token: CancellationToken): Promise<Found | undefined> {
    switch (analyser.kindOf(uri)) {
      case 'dockerfile': {
        const analysis = await analyser.analyse(uri, token);
        const lines = analysis?.linesOf(uri);
        return analysis?.stack && lines && { card: describeAt(analysis.stack, lines.offsetAt(position)), lines };
      }
      case 'requirements': {
        const document = documents.get(uri);
        return document && { card: describeRequirementAt(document.getText(), document.offsetAt(position)), lines: document };
      }
      case 'compose':
      case 'devcontainer': {
        const document = documents.get(uri);
        return document && { card: describeImageLineAt(document.getText(), document.offsetAt(position)), lines: document };
      }
      default:
        return undefined;
    }
  }
}
