import { l10n, window, type TreeView } from 'vscode';
import type { ImageScan } from '../../core/scan/model';
import { VERSIONS_ONLY } from '../../core/scan/scan';
import { scanImage } from '../../docker';
import { shortId } from './describe';
import { withEngineProgress } from './engines';
import type { DockerNode, ImageNode } from './nodes';
import type { Pages } from './pages';
import { toPlain } from './plain';
import { renderComparison, renderScan } from './scan-page';
import { imageRow, listAllImages, selectImages, type CommandArguments } from './select';
import { rememberScan } from './stacks';

/** The commands that look into images, without running them. `onScan` is told when one was read: its rows know more then. */
export function createScanActions(view: TreeView<DockerNode>, pages: Pages, onScan: () => void) {
  const read = async (node: ImageNode): Promise<ImageScan | undefined> => {
    const scan = await readStack(node);
    if (scan === undefined) return undefined;
    rememberScan(node.address, scan);
    onScan();
    return scan;
  };
  return {
    async scanImage(...args: CommandArguments): Promise<void> {
      const [node] = await selectImages(args, view);
      const scan = node && (await read(node));
      if (node !== undefined && scan !== undefined) await pages.show(l10n.t('Stack inside {0}', nameOf(node)), renderScan(scan));
    },

    async compareImages(...args: CommandArguments): Promise<void> {
      const [left, second] = await selectImages(args, view);
      if (left === undefined) return;
      const right = second ?? (await pickOther(left));
      if (right === undefined) return;
      const scans = await Promise.all([read(left), read(right)]);
      const [first, other] = scans;
      if (first === undefined || other === undefined) return;
      await pages.show(l10n.t('{0} and {1}', nameOf(left), nameOf(right)), renderComparison(first, other));
    },
  };
}

async function pickOther({ image, tag }: ImageNode): Promise<ImageNode | undefined> {
  const others = (await listAllImages()).filter((node) => node.image.id !== image.id || node.tag !== tag);
  return (await window.showQuickPick(others.map(imageRow), { placeHolder: l10n.t('Compare with which image?') }))?.node;
}

function readStack(node: ImageNode): Promise<ImageScan | undefined> {
  return withEngineProgress(l10n.t('Reading the stack inside {0}', nameOf(node)), node.address, (engine, { signal }) => scanImage(engine, node.tag ?? node.image.id, signal, VERSIONS_ONLY));
}

function nameOf({ tag, image }: ImageNode): string {
  return toPlain(tag ?? shortId(image.id), 80);
}
