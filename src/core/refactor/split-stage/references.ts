import { msg, type Message } from '../../l10n/message';
import type { StackReport, StageStack } from '../../stack/model';
import type { TextEdit } from '../../text/edit';
import { isInside, resolvePath } from '../../text/path';
import type { Range } from '../../text/range';

/** A stage named in `--from=…` or `--mount=…,from=…` of another. */
interface Reference {
  readonly user: StageStack;
  readonly name: string;
  readonly range: Range;
  /** Sources of a COPY, absolute; undefined where any file may be meant. */
  readonly sources: readonly string[] | undefined;
}

function listReferences({ stages }: StackReport): readonly Reference[] {
  return stages.flatMap((user) =>
    user.steps.flatMap(({ instruction }) =>
      instruction.flags.flatMap(({ name, value }): readonly Reference[] => {
        if (value === undefined || (name !== 'from' && name !== 'mount')) return [];
        const match = name === 'from' ? /^()(.*)$/.exec(value.raw) : /^(.*?(?:^|,)from=)([^,]*)/.exec(value.raw);
        if (match === null) return [];
        const start = value.range.start + (match[1] ?? '').length;
        const written = match[2] ?? '';
        const sources = instruction.kind === 'copy' ? instruction.sources.map(({ raw }) => resolvePath('/', raw)) : undefined;
        return [{ user, name: written.toLowerCase(), range: { start, end: start + written.length }, sources }];
      }),
    ),
  );
}

/** Why other stages speak against splitting one; undefined where none does. */
export function refuseByUse(stack: StackReport, { stage, shipped }: StageStack): Message | undefined {
  const isNamed = (name: string): boolean => name === stage.name || name === String(stage.index);
  const copied = listReferences(stack).some(({ name }) => isNamed(name));
  const built = stack.stages.filter(({ base }) => base.stage?.stage === stage);
  if (copied && built.length === 0 && !shipped) return msg`Other stages only copy from this one: it is a build stage already.`;
  const compiling = built.find(({ steps }) => steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'compile')));
  return compiling === undefined ? undefined : msg`The stage ${compiling.stage.name ?? String(compiling.stage.index)} is built upon this one and compiles: it needs the devel image.`;
}

/** Edits of later stages: numbers count one stage more, and what the second stage lacks is taken from the first. */
export function redirectReferences(stack: StackReport, { stage }: StageStack, build: string, copied: readonly string[]): readonly TextEdit[] {
  return listReferences(stack).flatMap(({ user, name, range, sources }) => {
    if (user.stage.index <= stage.index) return [];
    const isOwn = name === stage.name || name === String(stage.index);
    if (isOwn && sources?.every((source) => copied.some((path) => isInside(path, source))) !== true) return [{ range, newText: build }];
    if (!/^\d+$/.test(name) || Number(name) < stage.index) return [];
    return [{ range, newText: String(Number(name) + 1) }];
  });
}
