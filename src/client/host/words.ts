import { l10n } from 'vscode';
import { formatText, type Text } from '../../core/l10n/message';
import type { ProbeState } from '../../host';
import { toPlain } from '../docker/plain';

/** A text of the host check in the user's language, as one line that can only be read. */
export function translate(text: Text): string {
  return toPlain(formatText(text, l10n.bundle), 1_000);
}

/** What a state is called over its findings. */
export function nameState(state: ProbeState): string {
  switch (state) {
    case 'fail':
      return l10n.t('Fails');
    case 'warn':
      return l10n.t('Warnings');
    case 'unknown':
      return l10n.t('Not Known');
    case 'ok':
      return l10n.t('In Order');
    case 'not-applicable':
      return l10n.t('Does Not Apply');
  }
}
