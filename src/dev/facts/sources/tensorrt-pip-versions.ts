import { listReleases, listSimpleVersions } from '../pypi';
import { defineSource } from '../source';

const PYPI_PROJECTS = ['tensorrt', 'tensorrt-cu11', 'tensorrt-cu12', 'tensorrt-cu13', 'tensorrt-dispatch', 'tensorrt-lean'];
const NVIDIA_PROJECTS = [...PYPI_PROJECTS, 'nvidia-tensorrt'];

interface Version {
  readonly package: string;
  readonly version: string;
  readonly source: string;
}

/** Versions of TensorRT's wheels on PyPI and on NVIDIA's index. */
export const tensorrtPipVersions = defineSource<Version>({
  table: 'tensorrt-pip-versions',
  key: ['package', 'version'],
  floor: 30,
  fetch: async (web) => {
    const versions: Version[] = [];
    for (const project of PYPI_PROJECTS) {
      for (const { version } of await listReleases(web, project)) versions.push({ package: project, version, source: `https://pypi.org/project/${project}/#history` });
    }
    for (const project of NVIDIA_PROJECTS) {
      for (const version of await listSimpleVersions(web, project)) versions.push({ package: project, version, source: `https://pypi.nvidia.com/${project}/` });
    }
    return versions;
  },
  expect: (rows) => rows.filter((row) => NVIDIA_PROJECTS.includes(String(row['package']))).map((row) => `${String(row['package'])} ${String(row['version'])}`),
  keyOf: (fact) => `${fact.package} ${fact.version}`,
  merge: (rows, versions) => {
    const seen = new Set(rows.map((row) => `${String(row['package'])} ${String(row['version'])}`));
    const added = versions.filter((fact) => {
      const key = `${fact.package} ${fact.version}`;
      return !seen.has(key) && seen.add(key);
    });
    return [...rows, ...added.map((fact) => ({ ...fact, also: [] }))];
  },
});
