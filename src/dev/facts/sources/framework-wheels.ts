import { firstParts, majorMinorOf } from '../../../core/version/dotted';
import { listReleases, lowestOf, newerThan, projectPage, readMetadata, type PypiMetadata, type PypiRelease, type Requirement } from '../pypi';
import type { Row } from '../rows';
import { defineSource, type AnySource } from '../source';

interface Wheel extends PypiRelease {
  /** Of a release that the table does not know. */
  readonly metadata: PypiMetadata | undefined;
}

interface Framework {
  readonly table: string;
  readonly project: string;
  readonly floor: number;
  /** Rows of the table that stand for a release of this project. */
  readonly isRelease: (row: Row) => boolean;
  /** The cells that the metadata of a new release gives; undefined where they say too little. */
  readonly cellsOf: (wheel: Wheel, metadata: PypiMetadata, rows: readonly Row[]) => Readonly<Record<string, unknown>> | undefined;
}

/** `nvidia-cuda-runtime-cu12` or, from CUDA 13, without the suffix. */
const CUDA_RUNTIME = /^nvidia-cuda-runtime(?:-cu\d+)?$/;
const CUDNN = /^nvidia-cudnn-cu(\d+)$/;

const find = ({ requirements }: PypiMetadata, name: RegExp): Requirement | undefined => requirements.find((requirement) => name.test(requirement.name));
const lowest = (metadata: PypiMetadata, name: RegExp): string | undefined => {
  const requirement = find(metadata, name);
  return requirement && lowestOf(requirement);
};

const FRAMEWORKS: readonly Framework[] = [
  {
    table: 'torch-releases',
    project: 'torch',
    floor: 30,
    isRelease: (row) => row['kind'] === 'release' || row['kind'] === 'binaries',
    cellsOf: ({ version, pythons }, metadata, rows) => {
      const cuda = majorMinorOf(lowest(metadata, CUDA_RUNTIME) ?? '');
      const cudnn = lowest(metadata, CUDNN);
      if (cuda === undefined) return undefined;
      // PyPI has the wheel of one CUDA; of the others only the matrix of the series speaks.
      const series = rows.find((row) => row['kind'] === 'series' && row['version'] === firstParts(version, 2));
      return { version, kind: 'release', cuda: series?.['cuda'] ?? null, defaultCuda: cuda, cudnn: cudnn === undefined ? null : [[cuda, cudnn]], python: pythons };
    },
  },
  {
    table: 'tensorflow-releases',
    project: 'tensorflow',
    floor: 40,
    isRelease: () => true,
    cellsOf: ({ version, pythons }, metadata) => {
      const cuda = majorMinorOf(lowest(metadata, CUDA_RUNTIME) ?? '');
      const cudnn = majorMinorOf(lowest(metadata, CUDNN) ?? '');
      return cuda === undefined || cudnn === undefined ? undefined : { version, cuda, cudnn, python: pythons };
    },
  },
  {
    table: 'onnxruntime-releases',
    project: 'onnxruntime-gpu',
    floor: 15,
    isRelease: (row) => row['pypi'] === true,
    cellsOf: ({ version }, metadata) => {
      const cudnn = find(metadata, CUDNN);
      const [, cuda] = CUDNN.exec(cudnn?.name ?? '') ?? [];
      const major = (cudnn && lowestOf(cudnn))?.split('.')[0];
      return cuda === undefined || major === undefined ? undefined : { version: firstParts(version, 2), cuda: `${cuda}.x`, cudnn: `${major}.x`, pypi: true, confidence: 'high' };
    },
  },
  {
    table: 'torch-tensorrt-releases',
    project: 'torch-tensorrt',
    floor: 8,
    isRelease: (row) => row['package'] === 'torch-tensorrt',
    cellsOf: ({ version }, metadata) => {
      const requirement = find(metadata, /^tensorrt(?:-cu\d+)?$/);
      const torch = lowest(metadata, /^torch$/);
      if (requirement === undefined || torch === undefined) return undefined;
      return { version, package: 'torch-tensorrt', torch: `${firstParts(torch, 2)}.x`, requirement: `${requirement.name}${requirement.specifier}`, requiresPython: metadata.requiresPython };
    },
  },
];

/** New releases of frameworks on PyPI, with the CUDA, cuDNN and TensorRT that their wheels ask for. Known rows stay. */
export const frameworkWheels: readonly AnySource[] = FRAMEWORKS.map(({ table, project, floor, isRelease, cellsOf }) =>
  defineSource<Wheel>({
    table,
    key: table === 'torch-releases' ? ['version', 'kind'] : ['version'],
    floor,
    fetch: async (web, rows) => {
      const releases = await listReleases(web, project);
      const known = rows.filter(isRelease).map((row) => String(row['version']));
      // A table that counts series (1.23) knows all their patches.
      const fresh = new Set(newerThan(releases, known).filter(({ version }) => !known.includes(firstParts(version, 2))));
      const wheels: Wheel[] = [];
      for (const release of releases) wheels.push({ ...release, metadata: fresh.has(release) ? await readMetadata(web, project, release.version) : undefined });
      return wheels;
    },
    // Old releases are missing on PyPI for reasons of their own; the floor watches over the list.
    expect: () => [],
    keyOf: ({ version }) => version,
    merge: (rows, wheels) => {
      const added = new Map<string, Row>();
      for (const wheel of wheels) {
        const cells = wheel.metadata && cellsOf(wheel, wheel.metadata, rows);
        if (cells !== undefined) added.set(String(cells['version']), { ...cells, source: projectPage(project, wheel.version), also: [] });
      }
      return [...rows, ...added.values()];
    },
  }),
);
