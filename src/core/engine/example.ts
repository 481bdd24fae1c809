import type { RuleExample, RuleInfo } from '../rules/model';
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

/** The file that the examples of a rule are, with its folder inside the context, and the language of its text. */
export interface ExampleFile {
  readonly file: string;
  readonly folder: string;
  readonly language: string;
}

/** What the examples of a rule are taken for. */
export function exampleFile({ subject }: RuleInfo): ExampleFile {
  switch (subject) {
    case 'compose':
      return { file: 'compose.yaml', folder: '', language: 'yaml' };
    case 'devcontainer':
      return { file: '.devcontainer/devcontainer.json', folder: '.devcontainer', language: 'jsonc' };
    default:
      return { file: 'Dockerfile', folder: '', language: 'Dockerfile' };
  }
}

/** The targets of a rule's example. */
export function readExampleTargets({ targets }: RuleExample): readonly Target[] {
  return readTargets(toPlain(targets)).targets;
}
