import type { RequirementsFile } from '../../requirements/read';
import type { Traced } from '../../text/traced';
import type { ShellCommand } from '../model';
import { placeOf } from './arguments';
import type { PipInstall, PipRequirement } from './model';

/** What an install finds on its command line and in the files that it reads, while it is put together. */
export interface Collected {
  readonly requirements: PipRequirement[];
  readonly requirementFiles: { path: Traced; range: PipRequirement['range']; found: boolean }[];
  readonly constraintFiles: Traced[];
  readonly extraIndexUrls: Traced[];
  readonly findLinks: Traced[];
  indexUrl: Traced | undefined;
  noIndex: boolean;
  pre: boolean;
}

/** A collection to add to. */
export function emptyCollection(): Collected {
  return { requirements: [], requirementFiles: [], constraintFiles: [], extraIndexUrls: [], findLinks: [], indexUrl: undefined, noIndex: false, pre: false };
}

/** What a file of requirements adds, files that it includes left out. */
export function collectionOf(file: RequirementsFile): Collected {
  return {
    requirements: [...file.requirements],
    requirementFiles: file.includes.map(({ value, range }) => ({ path: value, range, found: false })),
    constraintFiles: file.constraints.map(({ value }) => value),
    extraIndexUrls: file.extraIndexUrls.map(({ value }) => value),
    findLinks: file.findLinks.map(({ value }) => value),
    indexUrl: file.indexUrl?.value,
    noIndex: file.noIndex,
    pre: file.pre,
  };
}

/** An install without options of its own, of what files told. */
export function createPipInstall(command: ShellCommand, collected: Collected, tool: PipInstall['tool']): PipInstall {
  return {
    kind: 'pip-install',
    ...placeOf(command),
    tool,
    interpreter: undefined,
    ...collected,
    noDependencies: false,
    noBuildIsolation: false,
    upgrade: false,
    options: [],
    insertAt: command.range.end,
  };
}
