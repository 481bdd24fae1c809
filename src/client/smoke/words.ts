import { l10n } from 'vscode';
import type { VerdictState } from '../../smoke/model';

/** What a verdict is called, in the user's language. */
export function nameVerdict(state: VerdictState): string {
  switch (state) {
    case 'passed':
      return l10n.t('passed');
    case 'failed':
      return l10n.t('failed');
    case 'skipped':
      return l10n.t('skipped');
    case 'blocked':
      return l10n.t('blocked');
  }
}
