import { formatText } from '../../core/l10n/message';
import { ERRORS_REQUEST, type ErrorsAnswer, type ErrorsParams } from '../../core/protocol/requests';
import type { Session } from '../session';
import { toRange } from '../to-lsp';

/** `tensorrt/errors`: what will make the build of a Dockerfile fail, by the settings and its config file. */
export function registerErrors({ connection, analyser, features }: Session): void {
  connection.onRequest(ERRORS_REQUEST, async ({ textDocument: { uri } }: ErrorsParams): Promise<ErrorsAnswer> => {
    const analysis = analyser.kindOf(uri) === 'dockerfile' ? await analyser.analyse(uri) : undefined;
    const errors = analysis?.findings.filter(({ severity, echoOf }) => severity === 'error' && echoOf === undefined) ?? [];
    return errors.map(({ rule, text, location }) => ({ rule, message: formatText(text, features.translations), uri: location.file, range: toRange(analysis as NonNullable<typeof analysis>, location) }));
  });
}
