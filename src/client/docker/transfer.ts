import { l10n } from 'vscode';
import type { TransferProgress } from '../../docker';
import { describeSize } from './describe';
import type { Progress } from './engines';

/** Tells of a pull or push as a whole: the bytes of all layers that are known so far. */
export function transferReporter({ report }: Progress): (progress: TransferProgress) => void {
  const layers = new Map<string, { readonly done: number; readonly total: number }>();
  return ({ layer, text, doneBytes, totalBytes }) => {
    if (layer === null) return report(text);
    if (doneBytes !== null && totalBytes !== null) layers.set(layer, { done: doneBytes, total: totalBytes });
    const all = [...layers.values()];
    const total = all.reduce((sum, one) => sum + one.total, 0);
    const done = all.reduce((sum, one) => sum + one.done, 0);
    if (total > 0) report(l10n.t('{0} of {1}', describeSize(done), describeSize(total)));
    else report(text);
  };
}
