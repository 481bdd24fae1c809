import { formatText, type Message } from '../../core/l10n/message';
import { SPLIT_STAGE_REQUEST, type SplitStageAnswer, type SplitStageParams } from '../../core/protocol/requests';
import { splitStage } from '../../core/refactor/split-stage/split';
import { LineIndex } from '../../core/text/line-index';
import { listLineEdits } from '../../core/text/line-changes';
import type { Session } from '../session';

/** `tensorrt/splitStage`: the stage at a place as one that builds and one that runs, or why it stays one. */
export function registerSplitStage({ connection, analyser, features, disk }: Session): void {
  const say = (message: Message): string => formatText(message, features.translations);
  connection.onRequest(SPLIT_STAGE_REQUEST, async ({ textDocument: { uri }, position }: SplitStageParams): Promise<SplitStageAnswer> => {
    const opened = await analyser.open(uri);
    if (opened === undefined) return null;
    const { text, options } = opened;
    const lines = new LineIndex(text);
    const split = await disk.settle(() => splitStage(text, uri, lines.offsetAt(position), options));
    if ('refusal' in split) return { refusal: say(split.refusal) };
    const edits = listLineEdits(text, split.text).map(({ range, newText }) => ({ range: { start: lines.positionAt(range.start), end: lines.positionAt(range.end) }, newText }));
    return { edits, build: split.build, image: split.image, done: split.done.map(say), check: split.check.map(say) };
  });
}
