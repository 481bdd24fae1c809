import type { AnalysisOptions } from '../../core/engine/analyse';
import { listStacks } from '../../core/engine/stacks';
import { formatText } from '../../core/l10n/message';
import { CHANGE_CUDA_REQUEST, type ChangeCudaAnswer, type ChangeCudaParams, type LspEdit } from '../../core/protocol/requests';
import { changeCuda, listCudaVersions, type CudaChange } from '../../core/refactor/change-cuda';
import { fitsCuda, leaveStages, listNearestCuda } from '../../core/refactor/ways-out';
import { knownVersion } from '../../core/stack/query';
import { LineIndex } from '../../core/text/line-index';
import { listLineEdits } from '../../core/text/line-changes';
import type { Session } from '../session';

/** A file that has a CUDA, and what giving it another one makes of it. */
interface Changed {
  readonly uri: string;
  readonly text: string;
  readonly options: AnalysisOptions;
  readonly cuda: readonly string[];
  readonly change: CudaChange | undefined;
}

/** `tensorrt/changeCuda`: which CUDA files have, what giving them another one would change, and what would not fit. */
export function registerChangeCuda(session: Session): void {
  const { connection, analyser, features, disk } = session;
  connection.onRequest(CHANGE_CUDA_REQUEST, async ({ uris, cuda, leaveStages: leaves }: ChangeCudaParams): Promise<ChangeCudaAnswer> => {
    const files: Changed[] = [];
    const edits: Record<string, readonly LspEdit[]> = {};
    const stages = new Set<string>();
    for (const uri of uris) {
      const opened = await analyser.open(uri);
      if (opened === undefined) continue;
      const { text, options } = opened;
      const stacks = await disk.settle(() => listStacks(text, uri, options));
      const present = stacks.flatMap(({ stages }) => stages.flatMap(({ base }) => knownVersion(base.image?.components.find(({ kind }) => kind === 'cuda')?.version) ?? []));
      if (present.length === 0) continue;
      const whole = cuda === undefined ? undefined : await disk.settle(() => changeCuda(text, uri, cuda, options));
      const partial = cuda === undefined || whole === undefined || whole.remaining.length === 0 ? undefined : await disk.settle(() => leaveStages(text, uri, cuda, whole, options));
      for (const name of partial?.left ?? []) stages.add(name);
      files.push({ uri, text, options, cuda: [...new Set(present)], change: leaves === true ? (partial ?? whole) : whole });
    }
    for (const { uri, text, change } of files) {
      for (const [name, after] of change?.changed ?? []) {
        // A Dockerfile that is asked for too, or that another file builds as well, is changed once.
        if (name in edits) continue;
        const before = name === uri ? text : (await analyser.open(name))?.text;
        if (before !== undefined) edits[name] = toLspEdits(before, after);
      }
    }
    const changes = files.flatMap(({ change }) => change ?? []);
    const say = (texts: readonly Parameters<typeof formatText>[0][]): readonly string[] => [...new Set(texts.map((text) => formatText(text, features.translations)))];
    const nearest = cuda === undefined ? undefined : await findNearest(session, files, cuda);
    return {
      versions: listCudaVersions(),
      files: files.map(({ uri, cuda }) => ({ uri, cuda })),
      edits,
      images: [...new Map(changes.flatMap(({ images }) => images.map(({ before, after }) => [before, after] as const)))].map(([before, after]) => ({ before, after })),
      kept: [...new Set(changes.flatMap(({ kept }) => kept))],
      notes: say(changes.flatMap(({ notes }) => notes)),
      conflicts: files.flatMap(({ uri, change }) => (change === undefined || change.remaining.length === 0 ? [] : [{ uri, messages: say(change.remaining.map(({ text }) => text)) }])),
      ...(nearest !== undefined && { nearest }),
      stages: [...stages],
    };
  });
}

/** The nearest CUDA version that all files can get in which something does not fit. Other messages are read between two files. */
async function findNearest({ disk }: Session, files: readonly Changed[], cuda: string): Promise<string | undefined> {
  const wanting = files.filter(({ change }) => change !== undefined && change.remaining.length > 0);
  for (const version of wanting.length === 0 ? [] : listNearestCuda(cuda, wanting[0]?.cuda[0] ?? cuda)) {
    let fits = true;
    for (const { uri, text, options } of wanting) {
      await new Promise<void>((resolve) => void setTimeout(resolve, 0));
      fits &&= await disk.settle(() => fitsCuda(text, uri, version, options));
    }
    if (fits) return version;
  }
  return undefined;
}

function toLspEdits(before: string, after: string): readonly LspEdit[] {
  const lines = new LineIndex(before);
  return listLineEdits(before, after).map(({ range, newText }) => ({ range: { start: lines.positionAt(range.start), end: lines.positionAt(range.end) }, newText }));
}
