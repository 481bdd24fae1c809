import { Disposable, l10n, languages, LanguageStatusSeverity } from 'vscode';
import { FACTS_REQUEST, type FactsAnswer } from '../../core/protocol/requests';
import type { ClientState } from './client-state';
import type { LanguageServer } from './server';

/** The language status item of Dockerfiles: how old the facts are and whether the server runs. */
export function showStatus(server: LanguageServer): Disposable {
  const item = languages.createLanguageStatusItem('tensorrt.status', { language: 'dockerfile' });
  item.name = l10n.t('TensorRT Containers');

  const update = async (state: ClientState): Promise<void> => {
    item.busy = state === 'starting';
    if (state === 'running') {
      const facts = await server.sendRequest<FactsAnswer>(FACTS_REQUEST);
      item.severity = LanguageStatusSeverity.Information;
      item.text = l10n.t('TensorRT facts: {0}', facts.checked);
      item.detail = l10n.t('{0} facts in {1} tables', facts.rows, facts.tables);
      item.command = { title: l10n.t('Show Output'), command: 'tensorrt.showOutput' };
    } else {
      item.severity = state === 'starting' ? LanguageStatusSeverity.Information : LanguageStatusSeverity.Error;
      item.text = state === 'starting' ? l10n.t('TensorRT: starting') : l10n.t('TensorRT: stopped');
      item.detail = '';
      item.command = { title: l10n.t('Restart'), command: 'tensorrt.restartServer' };
    }
  };

  void update(server.state);
  return Disposable.from(
    item,
    server.onDidChangeState((state) => void update(state)),
  );
}
