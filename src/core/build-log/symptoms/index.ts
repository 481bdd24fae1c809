import { aptDependencies, aptLines } from './apt';
import { cmake, compilers, linker } from './compile';
import { condaLines, condaLists } from './conda';
import { downloads, wget } from './download';
import { dpkg } from './dpkg';
import { machine } from './machine';
import type { SymptomReader } from './model';
import { otherManagers } from './packages';
import { pipBuild, pipLines, uvBuild, uvSolution } from './pip';
import { shell } from './shell';

/** Every reader; where two tell of one line, the earlier one is heard. */
export const readers: readonly SymptomReader[] = [
  machine,
  aptDependencies,
  aptLines,
  dpkg,
  otherManagers,
  condaLists,
  condaLines,
  compilers,
  linker,
  cmake,
  wget,
  downloads,
  pipLines,
  pipBuild,
  uvBuild,
  uvSolution,
  shell,
];
