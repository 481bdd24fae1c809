import { l10n, Uri, type ExtensionContext } from 'vscode';
import { BrowserMessageReader, BrowserMessageWriter, LanguageClient, type MessageTransports } from 'vscode-languageclient/browser';
import { FILES_REQUEST, type FilesAnswer, type FilesParams } from '../../core/protocol/requests';
import { clientOptions } from './client-options';
import { readFiles } from './read-files';

export { watchState } from './client-state';
export { createLanguageFeature } from './feature';

/** The client of the language server in `dist/web/server.js`, which runs in a worker of the browser; not started yet. */
export function createWebClient(context: ExtensionContext): LanguageClient {
  const server = Uri.joinPath(context.extensionUri, 'dist/web/server.js').toString(true);
  let worker: Worker | undefined;
  const end = (): void => worker?.terminate();
  // Each start gets a worker of its own: one that was told to end does not begin again. The client would make the
  // transports itself, but takes only workers of the browser's own class, which the extension host wraps in another.
  const start = (): Promise<MessageTransports> => {
    end();
    worker = new Worker(server);
    return Promise.resolve({ reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) });
  };
  context.subscriptions.push({ dispose: end });
  const client = new LanguageClient('tensorrt', l10n.t('TensorRT Containers'), start, clientOptions(context));
  client.onRequest(FILES_REQUEST, ({ uris, maxSizeBytes }: FilesParams): Promise<FilesAnswer> => readFiles(uris, maxSizeBytes));
  return client;
}
