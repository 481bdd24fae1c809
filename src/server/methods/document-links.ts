import { listLinks } from '../../core/assist/links';
import { formatText } from '../../core/l10n/message';
import type { Session } from '../session';

/** `textDocument/documentLink` in Dockerfiles: NGC's catalogue, and files that a RUN was followed into. */
export function registerDocumentLinks({ connection, analyser, features }: Session): void {
  connection.onDocumentLinks(async ({ textDocument: { uri } }, token) => {
    const analysis = analyser.kindOf(uri) === 'dockerfile' ? await analyser.readStack(uri, token) : undefined;
    if (analysis?.stack === undefined) return null;
    const lines = analysis.linesOf(uri);
    return listLinks(analysis.stack).map(({ range, target, tooltip }) => ({
      range: { start: lines.positionAt(range.start), end: lines.positionAt(range.end) },
      target: 'url' in target ? target.url : target.file,
      ...(features.linkTooltips && { tooltip: formatText(tooltip, features.translations) }),
    }));
  });
}
