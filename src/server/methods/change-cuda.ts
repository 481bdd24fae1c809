import { listStacks } from '../../core/engine/stacks';
import { formatText } from '../../core/l10n/message';
import { CHANGE_CUDA_REQUEST, type ChangeCudaAnswer, type ChangeCudaParams, type LspEdit } from '../../core/protocol/requests';
import { changeCuda, listCudaVersions } from '../../core/refactor/change-cuda';
import { knownVersion } from '../../core/stack/query';
import { LineIndex } from '../../core/text/line-index';
import { listLineEdits } from '../../core/text/line-changes';
import type { Session } from '../session';

/** `tensorrt/changeCuda`: which CUDA files have, and what giving them another one would change. */
export function registerChangeCuda({ connection, analyser, features, disk }: Session): void {
  connection.onRequest(CHANGE_CUDA_REQUEST, async ({ uris, cuda }: ChangeCudaParams): Promise<ChangeCudaAnswer> => {
    const files: { uri: string; cuda: readonly string[] }[] = [];
    const edits: Record<string, readonly LspEdit[]> = {};
    const images = new Map<string, string>();
    const kept = new Set<string>();
    const remaining = new Set<string>();
    for (const uri of uris) {
      const opened = await analyser.open(uri);
      if (opened === undefined) continue;
      const { text, options } = opened;
      const stacks = await disk.settle(() => listStacks(text, uri, options));
      const present = stacks.flatMap(({ stages }) => stages.flatMap(({ base }) => knownVersion(base.image?.components.find(({ kind }) => kind === 'cuda')?.version) ?? []));
      if (present.length === 0) continue;
      files.push({ uri, cuda: [...new Set(present)] });
      const change = cuda === undefined ? undefined : await disk.settle(() => changeCuda(text, uri, cuda, options));
      if (change === undefined) continue;
      for (const [name, after] of change.changed) {
        // A Dockerfile that is asked for too, or that another file builds as well, is changed once.
        if (name in edits) continue;
        const before = name === uri ? text : (await analyser.open(name))?.text;
        if (before !== undefined) edits[name] = toLspEdits(before, after);
      }
      for (const image of change.images) images.set(image.before, image.after);
      for (const image of change.kept) kept.add(image);
      for (const { text: found } of change.remaining) remaining.add(formatText(found, features.translations));
    }
    return { versions: listCudaVersions(), files, edits, images: [...images].map(([before, after]) => ({ before, after })), kept: [...kept], remaining: [...remaining] };
  });
}

function toLspEdits(before: string, after: string): readonly LspEdit[] {
  const lines = new LineIndex(before);
  return listLineEdits(before, after).map(({ range, newText }) => ({ range: { start: lines.positionAt(range.start), end: lines.positionAt(range.end) }, newText }));
}
