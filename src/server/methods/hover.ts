import type { CancellationToken, Hover, Position } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Card } from '../../core/assist/card';
import { describeAt } from '../../core/assist/hover';
import { describeImageLineAt } from '../../core/assist/hover/image-line';
import { describeRunArgumentAt } from '../../core/assist/hover/run-argument';
import { describeRequirementAt } from '../../core/assist/hover/requirement';
import { describeConfigAt } from '../../core/config/describe';
import { SMOKE_FILE } from '../../core/smoke-file/model';
import { smokeFileSchema } from '../../core/smoke-file/schema';
import { isConfigFile } from '../configs';
import type { Session } from '../session';
import { toMarkup } from '../to-lsp';

interface Found {
  readonly card: Card | undefined;
  /** Positions of the text that the card was made from. */
  readonly lines: Pick<TextDocument, 'positionAt'>;
}

/** `textDocument/hover` in Dockerfiles, requirements files, config files and smoke files, and in Compose files and devcontainer.json on images and on what decides over their GPUs. */
export function registerHover({ connection, documents, analyser, features }: Session): void {
  connection.onHover(async ({ textDocument: { uri }, position }, token): Promise<Hover | null> => {
    const { card, lines } = (await find(uri, position, token)) ?? {};
    if (card === undefined || lines === undefined) return null;
    return { contents: toMarkup(card, features.markdownHover, features), range: { start: lines.positionAt(card.range.start), end: lines.positionAt(card.range.end) } };
  });

  async function find(uri: string, position: Position, token: CancellationToken): Promise<Found | undefined> {
    const isSmokeFile = SMOKE_FILE.test(uri);
    if (isSmokeFile || isConfigFile(uri)) {
      const document = features.options.completesConfig === false ? undefined : documents.get(uri);
      return document && { card: describeConfigAt(document.getText(), document.offsetAt(position), isSmokeFile ? smokeFileSchema : undefined), lines: document };
    }
    const kind = analyser.kindOf(uri);
    switch (kind) {
      case 'dockerfile': {
        const analysis = await analyser.readUpTo(uri, position, token);
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
        if (document === undefined) return undefined;
        const [text, offset] = [document.getText(), document.offsetAt(position)];
        return { card: describeImageLineAt(text, offset) ?? describeRunArgumentAt(text, kind, offset), lines: document };
      }
      default:
        return undefined;
    }
  }
}
