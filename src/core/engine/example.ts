import type { RuleExample } from '../rules/model';
import { toPlain } from '../schema/plain';
import { readTargets } from '../target/read';
import type { Target } from '../target/model';
import type { ContextReader } from '../shell/installers/model';
import { parseMarks } from './marks';

/** The build context of a rule's example, marks taken out; undefined when the example has none. */
export function readContext(files: RuleExample['context']): ContextReader | undefined {
  if (files === undefined) return undefined;
  const texts = new Map(Object.entries(files).map(([path, text]) => [path, parseMarks(text).text]));
  return {
    readText: (path) => texts.get(path),
    exists: (path) => texts.has(path) || [...texts.keys()].some((name) => name.startsWith(`${path}/`)),
    fileName: (path) => path,
  };
}

/** The targets of a rule's example. */
export function readExampleTargets({ targets }: RuleExample): readonly Target[] {
  return readTargets(toPlain(targets)).targets;
}
