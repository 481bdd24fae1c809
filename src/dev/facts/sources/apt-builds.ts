import { libraryOfPackage, type AptLibrary } from '../../../core/facts/apt-builds';
import { amendRow, type Row } from '../rows';
import { defineSource, type AnySource } from '../source';

/** Distributions and architectures whose indexes are read; FACTS_INDEXES, with spaces between, replaces them. */
const INDEXES = [
  'ubuntu1804/x86_64',
  'ubuntu2004/x86_64',
  'ubuntu2004/sbsa',
  'ubuntu2204/x86_64',
  'ubuntu2204/sbsa',
  'ubuntu2404/x86_64',
  'ubuntu2404/sbsa',
].join(' ');

const PUBLIC_ADDRESS = 'https://developer.download.nvidia.com/compute/cuda/repos';

interface Build {
  readonly version: string;
  readonly distro: string;
  readonly arch: string;
  readonly packages: readonly string[];
}

/** Builds of a library in the Packages indexes of NVIDIA's network repository: https://wiki.debian.org/DebianRepository/Format */
export function aptBuildsSource(library: AptLibrary, floor: number): AnySource {
  return defineSource<Build>({
    table: `${library}-apt-builds`,
    key: ['version', 'distro', 'arch', 'repository', 'evidence'],
    floor,
    fetch: async (web) => {
      const builds: Build[] = [];
      for (const index of (process.env['FACTS_INDEXES'] || INDEXES).split(/\s+/)) {
        const [distro = '', arch = ''] = index.split('/');
        const text = await web.readGzip(`${web.addressOf('FACTS_NVIDIA_REPOSITORIES')}/${index}/Packages.gz`);
        for (const [version, packages] of readIndex(text, library)) builds.push({ version, distro, arch, packages: [...packages].sort() });
      }
      return builds;
    },
    expect: (rows) => rows.filter(isIndexed).map(keyOf),
    keyOf,
    merge,
  });
}

/** Versions and their packages, of one library. */
function readIndex(text: string, library: AptLibrary): ReadonlyMap<string, ReadonlySet<string>> {
  const versions = new Map<string, Set<string>>();
  for (const stanza of text.split(/\r?\n(?:[ \t]*\r?\n)+/)) {
    const name = /^Package:[ \t]*(\S+)/m.exec(stanza)?.[1];
    const version = /^Version:[ \t]*(\S+)/m.exec(stanza)?.[1];
    if (name === undefined || version === undefined || libraryOfPackage(name) !== library) continue;
    const packages = versions.get(version) ?? new Set();
    versions.set(version, packages.add(name));
  }
  return versions;
}

const isIndexed = (row: Row): boolean => row['evidence'] === 'index' && row['repository'] === 'cuda-network';

function keyOf(build: Readonly<Record<'version' | 'distro' | 'arch', unknown>> | Row): string {
  return [build['version'], build['distro'], build['arch']].map(String).join(' ');
}

/** Sightings stay; those of the index get the packages that they lack. */
function merge(rows: readonly Row[], builds: readonly Build[]): readonly Row[] {
  const indexed = new Map(rows.filter(isIndexed).map((row) => [keyOf(row), row]));
  const amended = new Map<Row, Row>();
  const added: Row[] = [];
  for (const build of builds) {
    const source = `${PUBLIC_ADDRESS}/${build.distro}/${build.arch}/Packages.gz`;
    const row = indexed.get(keyOf(build));
    if (row === undefined) {
      added.push({ ...build, repository: 'cuda-network', evidence: 'index', source, also: [] });
      continue;
    }
    const known = row['packages'] as readonly string[];
    const packages = [...new Set([...known, ...build.packages])].sort();
    if (packages.length > known.length) amended.set(row, amendRow(row, { packages }, source));
  }
  return [...rows.map((row) => amended.get(row) ?? row), ...added];
}
