import { readBake } from '../bake/read';
import { findShipped, interpretBuild } from '../build/interpret';
import { findInBuild } from './builds';
import { keepStrongest } from './findings';
import { createFailure, type Analysis } from './model';
import { finish, type Run } from './run';
import { suppress } from './suppress';
import { readYamlSuppressions } from './suppressions';

/** Reads a bake file, and runs the rules on Dockerfiles on what its targets make of them. */
export function analyseBake(text: string, file: string, run: Run): Analysis {
  const { context, folder } = run.options;
  const bake = readBake(text, file, { context, folder });
  if (bake === undefined) return createFailure('bake', 'no-map');
  const files = new Map<string, string>();
  const found = bake.targets.flatMap(({ build }) => {
    const built = interpretBuild(build, { ...run.options, context, file, text });
    if (built === undefined || findShipped(built.stack) === undefined) return [];
    for (const [name, content] of [[built.stack.dockerfile.file, built.stack.dockerfile.text] as const, ...built.stack.files]) if (name !== file) files.set(name, content);
    return findInBuild(built, run);
  });
  const own = keepStrongest(found.filter(({ location }) => location.file === file));
  const kept = suppress(own, file, readYamlSuppressions(text), new Map(), run.known);
  return { kind: 'bake', findings: finish(run, kept, [file]), stack: undefined, files, problems: [] };
}
