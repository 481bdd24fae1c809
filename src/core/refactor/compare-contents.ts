import { formatText, msg, type Message } from '../l10n/message';
import { nameComponent } from '../stack/component-names';
import type { ComponentKind, StackReport, StageStack } from '../stack/model';
import { findComponent, knownVersion } from '../stack/query';
import { majorMinorOf, majorOf } from '../version/dotted';

/** What programs are linked to or compiled for, whose major version tells what goes on working. */
const LIBRARIES: readonly ComponentKind[] = ['cudnn', 'tensorrt', 'tensorrt-python', 'torch', 'tensorflow'];

/**
 * What is another thing in the stages of a file after a change of its CUDA, and what a person has to know before it is
 * made: the distribution with its packages, the version of Python, other major versions of libraries. Nothing of what is
 * not known of both. The lists are of the same file, in the same order.
 */
export function compareContents(before: readonly StackReport[], after: readonly StackReport[]): readonly Message[] {
  const notes = new Map<string, Message>();
  before.forEach(({ stages }, i) => {
    stages.forEach((stage, k) => {
      const now = after[i]?.stages[k];
      for (const note of now === undefined ? [] : compareStages(stage, now)) notes.set(JSON.stringify(note), note);
    });
  });
  return [...notes.values()];
}

function compareStages(before: StageStack, after: StageStack): readonly Message[] {
  const notes: Message[] = [];
  const [was, is] = [before, after].map(nameSystem);
  if (was !== undefined && is !== undefined && formatText(was) !== formatText(is)) notes.push(msg`${was} becomes ${is}: the packages of the distribution are others, with other names and versions.`);
  for (const kind of ['python', ...LIBRARIES] as const) {
    const [old, fresh] = [before, after].map(({ final }) => knownVersion(findComponent(final, kind)?.version));
    const partsOf = kind === 'python' ? majorMinorOf : majorOf;
    if (old !== undefined && fresh !== undefined && partsOf(old) !== partsOf(fresh)) notes.push(msg`${nameComponent(kind)} ${old} becomes ${fresh}.`);
  }
  return notes;
}

/** `Ubuntu 20.04` */
function nameSystem({ final }: StageStack): Message | undefined {
  const os = findComponent(final, 'os');
  const version = knownVersion(os?.version);
  return os?.name === undefined || version === undefined ? undefined : msg`${nameComponent('os', os.name)} ${version}`;
}
