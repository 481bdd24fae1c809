import { listInlayHints } from '../../core/assist/inlay-hints';
import { formatText } from '../../core/l10n/message';
import type { Session } from '../session';

/** `textDocument/inlayHint` in Dockerfiles: what base images and install lines bring. */
export function registerInlayHints({ connection, analyser, features, settings }: Session): void {
  connection.languages.inlayHint.on(async ({ textDocument: { uri }, range }, token) => {
    const { inlayHints } = await settings.get(uri);
    if (analyser.kindOf(uri) !== 'dockerfile' || (!inlayHints.images && !inlayHints.installs)) return null;
    // A hint says nothing of what follows it.
    const analysis = await analyser.readUpTo(uri, range.end, token);
    if (analysis?.stack === undefined) return null;
    const lines = analysis.linesOf(uri);
    const [start, end] = [lines.offsetAt(range.start), lines.offsetAt(range.end)];
    return listInlayHints(analysis.stack, start)
      .filter(({ offset, kind }) => start <= offset && offset <= end && (kind === 'image' ? inlayHints.images : inlayHints.installs))
      .map(({ offset, text }) => ({ position: lines.positionAt(offset), label: formatText(text, features.translations), paddingLeft: true }));
  });
}
