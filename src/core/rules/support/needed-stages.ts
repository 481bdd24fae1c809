import type { StackReport, StageStack } from '../../stack/model';

const needed = new WeakMap<StackReport, ReadonlySet<StageStack>>();

/**
 * The stages that a build needs: the one it makes (the last, or that of `--target`), those it is built upon or takes
 * files from, and theirs. BuildKit skips all others.
 */
export function neededStages(stack: StackReport): ReadonlySet<StageStack> {
  let found = needed.get(stack);
  if (found === undefined) needed.set(stack, (found = findNeeded(stack)));
  return found;
}

function findNeeded({ stages }: StackReport): ReadonlySet<StageStack> {
  const byName = new Map<string, StageStack>();
  for (const stage of stages) {
    byName.set(String(stage.stage.index), stage);
    if (stage.stage.name !== undefined) byName.set(stage.stage.name, stage);
  }
  const found = new Set<StageStack>();
  const target = stages.findLast(({ shipped }) => shipped);
  const open = target === undefined ? [] : [target];
  for (let stage = open.pop(); stage !== undefined; stage = open.pop()) {
    if (found.has(stage)) continue;
    found.add(stage);
    if (stage.base.stage !== undefined) open.push(stage.base.stage);
    for (const { instruction } of stage.steps) {
      for (const { name, value } of instruction.flags) {
        if (value === undefined || (name !== 'from' && name !== 'mount')) continue;
        const from = name === 'from' ? value.raw : /(?:^|,)from=([^,]*)/.exec(value.raw)?.[1];
        // A name that an ARG gives may be any stage.
        if (from?.includes('$') === true) open.push(...stages);
        else if (from !== undefined) open.push(...[byName.get(from.replace(/["']/g, '').toLowerCase())].filter((one) => one !== undefined));
      }
    }
  }
  return found;
}
