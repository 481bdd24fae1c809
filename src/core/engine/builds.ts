import { TARGET, type BuiltImage } from '../build/interpret';
import type { Dockerfile } from '../dockerfile/model';
import { msg } from '../l10n/message';
import type { Finding } from '../rules/model';
import type { StackReport } from '../stack/model';
import type { Location } from '../text/range';
import { keepStrongest } from './findings';
import { runOnStack, type Run } from './run';
import { applySuppressions, readDockerfileSuppressions, readLineSuppressions } from './suppressions';

/** More parts of a build than these are not tried one by one. */
const MAX_PARTS = 32;

/**
 * What the rules on Dockerfiles find because of what another file decides: its build arguments, its target, the images
 * that it puts in the place of others. Each finding keeps its rule and lies where the decision is written; the place in
 * the Dockerfile is related. What the Dockerfile has by itself is left to it. A Dockerfile that stands in the file
 * (`dockerfile_inline`) is its own.
 */
export function findInBuild(image: BuiltImage, run: Run): readonly Finding[] {
  const { stack, alone, request } = image;
  if (stack === alone) return [];
  const found = suppressOwn(keepStrongest(runOnStack(run, stack)), stack, run);
  if (alone === undefined) return found;
  const before = new Set(runOnStack(run, alone).map(describe));
  const added = found.filter((finding) => !before.has(describe(finding)));
  if (added.length === 0) return [];

  const parts: readonly Part[] = [
    ...request.args.slice(0, MAX_PARTS).map(({ name, value, location, node }) => ({ name, location: node === undefined ? location : (value?.locate() ?? location) })),
    ...(request.target === undefined ? [] : [{ name: TARGET, location: { file: request.target.file, range: request.target.range } }]),
  ];
  const findingsWithout = new Map<string, readonly Finding[]>();
  const listWithout = (name: string): readonly Finding[] => {
    const known = findingsWithout.get(name) ?? runOnStack(run, image.without(name));
    findingsWithout.set(name, known);
    return known;
  };
  return added.map((finding) => {
    if (finding.location.file === request.location.file) return finding;
    const cause =
      parts.find(({ name }) => !listWithout(name).some((other) => isSamePlace(other, finding))) ??
      parts.find(({ name }) => !listWithout(name).some((other) => describe(other) === describe(finding)));
    const related = { location: finding.location, message: msg`In the Dockerfile that is built here.` };
    return { ...finding, location: cause?.location ?? request.location, related: [related, ...finding.related] };
  });
}

/** A decision that a build can be tried without. */
interface Part {
  readonly name: string;
  readonly location: Location;
}

/** Without what comments in the Dockerfile, and in the files that it reads, silence. */
function suppressOwn(findings: readonly Finding[], { dockerfile, files }: StackReport, { known }: Run): readonly Finding[] {
  const byFile = new Map([...files].map(([name, text]) => [name, readLineSuppressions(text)]));
  byFile.set(dockerfile.file, readDockerfileSuppressions(dockerfile.text, listInstructions(dockerfile)));
  return applySuppressions(findings, byFile, known, new Set());
}

function listInstructions({ globals, stages }: Dockerfile): Dockerfile['globals'] {
  return [...globals, ...stages.flatMap((stage) => [stage.from, ...stage.instructions])];
}

function isSamePlace(a: Finding, b: Finding): boolean {
  return a.rule === b.rule && a.location.file === b.location.file && a.location.range.start === b.location.range.start;
}

function describe({ rule, location: { file, range }, message }: Finding): string {
  return JSON.stringify([rule, file, range.start, range.end, message]);
}
