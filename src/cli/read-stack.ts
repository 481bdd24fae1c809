import { analyse } from '../core/engine/analyse';
import { describeStack, type StackOutput } from '../core/engine/stack-output';
import { fileKind } from '../core/file-kind';
import { msg } from '../core/l10n/message';
import { Configs } from './config';
import { chooseContextFolders, createDiskContext } from './disk-context';
import { complain, Failure } from './failure';
import { readStandardInput, readTextFile } from './input';
import type { StackArguments } from './options';
import { formatPath } from './paths';

/** What the stages of a Dockerfile contain, and its name for messages; `-` is standard input. Throws Failure for anything but a Dockerfile. */
export async function readStack(target: string, options: Omit<StackArguments, 'json'>): Promise<{ readonly file: string; readonly output: StackOutput }> {
  const fromInput = target === '-';
  const file = fromInput ? '<stdin>' : formatPath(target);
  const { text } = fromInput ? await readStandardInput() : readTextFile(target);
  const folders = chooseContextFolders(options.context, fromInput ? undefined : target);
  const kind = fromInput ? 'dockerfile' : fileKind(target);
  if (kind !== 'dockerfile' && kind !== undefined) throw new Failure(msg`${file}: stages are read from Dockerfiles only`);
  const settings = new Configs(options, complain).find(fromInput ? 'Dockerfile' : target);
  // A single file was named for this one purpose: whatever its name, it is read as a Dockerfile.
  const { stack, problems } = analyse(text, file, {
    kind: 'dockerfile',
    rules: [],
    buildArgs: settings.buildArgs,
    overlay: settings.overlay,
    context: folders.length === 0 ? undefined : createDiskContext(folders),
  });
  if (stack === undefined) throw new Failure(msg`${file}: ${problems[0]?.message ?? msg`This is no Dockerfile.`}`);
  return { file, output: describeStack(stack) };
}
