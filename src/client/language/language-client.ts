import { l10n, type ExtensionContext } from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { clientOptions } from './client-options';

export { watchState } from './client-state';
export { createLanguageFeature } from './feature';

/** The client of the language server in `dist/server.js`; not started yet. */
export function createClient(context: ExtensionContext): LanguageClient {
  const module = context.asAbsolutePath('dist/server.js');
  return new LanguageClient(
    'tensorrt',
    l10n.t('TensorRT Containers'),
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    },
    clientOptions(context),
  );
}
