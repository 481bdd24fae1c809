import { l10n } from 'vscode';
import type { ComponentOutput } from '../../core/engine/stack-output';

/** The version of a component in the user's language; undefined where it is not known. */
export function nameVersion({ version }: Pick<ComponentOutput, 'version'>): string | undefined {
  return version === 'newest' ? l10n.t('newest') : (version ?? undefined);
}
