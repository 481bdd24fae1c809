import { Disposable, l10n, languages, LanguageStatusSeverity } from 'vscode';
import { State, type BaseLanguageClient } from 'vscode-languageclient';
import { FACTS_REQUEST, type FactsAnswer } from '../../core/protocol/requests';
import { RESTART_SERVER } from './restart-server';
import { SHOW_OUTPUT } from './show-output';

/** The language status item of Dockerfiles: how old the facts are and whether the server runs. */
export function showStatus(client: BaseLanguageClient): Disposable {
  const item = languages.createLanguageStatusItem('tensorrt.status', { language: 'dockerfile' });
  item.name = l10n.t('TensorRT Containers');

  const update = async (state: State): Promise<void> => {
    item.busy = state === State.Starting;
    if (state === State.Running) {
      const facts = await client.sendRequest<FactsAnswer>(FACTS_REQUEST);
      item.severity = LanguageStatusSeverity.Information;
      item.text = l10n.t('TensorRT facts: {0}', facts.checked);
      item.detail = l10n.t('{0} facts in {1} tables', facts.rows, facts.tables);
      item.command = { title: l10n.t('Show Output'), command: SHOW_OUTPUT };
    } else {
      item.severity = state === State.Starting ? LanguageStatusSeverity.Information : LanguageStatusSeverity.Error;
      item.text = state === State.Starting ? l10n.t('TensorRT: starting') : l10n.t('TensorRT: stopped');
      item.detail = '';
      item.command = { title: l10n.t('Restart'), command: RESTART_SERVER };
    }
  };

  void update(client.state);
  return Disposable.from(
    item,
    client.onDidChangeState(({ newState }) => void update(newState)),
  );
}
