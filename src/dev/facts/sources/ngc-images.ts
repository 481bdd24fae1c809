import { compareDotted } from '../../../core/version/dotted';
import { Registry, type ImageConfig } from '../registry';
import { amendRow, type Row } from '../rows';
import { defineSource } from '../source';

const IMAGES = ['cuda-dl-base', 'pytorch', 'tensorflow', 'tensorrt', 'tritonserver'];
const TAG = /^(\d\d\.\d\d(?:\.\d+)?)-([a-z][\w.-]*)$/;

/** So many images of a repository are looked into in one run, the newest first; the next run goes on. */
const MAXIMUM_IMAGES = 60;

interface Release {
  /** `tensorrt`. */
  readonly name: string;
  readonly release: string;
  readonly tags: readonly string[];
  /** Of an image that has been looked into. */
  readonly config: ImageConfig | undefined;
}

/** Tags of NVIDIA's monthly images on NGC, and the environment of those of which the table has no contents. */
export const ngcImages = defineSource<Release>({
  table: 'ngc-images',
  key: ['image', 'release'],
  floor: 200,
  fetch: async (web, rows) => {
    const registry = new Registry(web, web.addressOf('FACTS_NGC'));
    const known = new Map(rows.map((row) => [`${String(row['image'])}:${String(row['release'])}`, row]));
    const releases: Release[] = [];
    for (const name of IMAGES) {
      let images = 0;
      const suffixes = new Map<string, string[]>();
      for (const tag of await registry.listTags(`nvidia/${name}`)) {
        const [, release, suffix] = TAG.exec(tag) ?? [];
        if (release !== undefined && suffix !== undefined) suffixes.set(release, [...(suffixes.get(release) ?? []), suffix]);
      }
      for (const [release, tags] of [...suffixes].sort(([a], [b]) => compareDotted(b, a))) {
        const row = known.get(`nvcr.io/nvidia/${name}:${release}`);
        const isOpen = row === undefined || (row['confidence'] === 'tag-only' && row['cuda'] === null);
        const suffix = tags.includes('py3') ? 'py3' : tags[0];
        const config = isOpen && images++ < MAXIMUM_IMAGES ? await registry.readConfig(`nvidia/${name}`, `${release}-${suffix ?? ''}`) : undefined;
        releases.push({ name, release, tags: tags.sort(), config });
      }
    }
    return releases;
  },
  expect: (rows) =>
    rows
      .filter((row) => IMAGES.some((name) => row['image'] === `nvcr.io/nvidia/${name}`) && (row['tags'] as readonly string[]).length > 0)
      .map((row) => `${String(row['image'])}:${String(row['release'])}`),
  keyOf: ({ name, release }) => `nvcr.io/nvidia/${name}:${release}`,
  merge: (rows, releases) => {
    const listed = new Map(releases.map((release) => [`nvcr.io/nvidia/${release.name}:${release.release}`, release]));
    const merged = rows.map((row) => {
      const key = `${String(row['image'])}:${String(row['release'])}`;
      const release = listed.get(key);
      listed.delete(key);
      return release === undefined ? row : amend(row, release);
    });
    return [...merged, ...[...listed.values()].map(createRow)];
  },
});

function pageOf(name: string): string {
  return `https://catalog.ngc.nvidia.com/orgs/nvidia/containers/${name}/tags`;
}

function amend(row: Row, { name, tags, config }: Release): Row {
  const all = [...new Set([...(row['tags'] as readonly string[]), ...tags])].sort();
  const cells = config === undefined ? {} : readCells(config);
  const gaps = Object.fromEntries(Object.entries(cells).filter(([column, value]) => row[column] === null && value !== null));
  const isNew = all.length > (row['tags'] as readonly string[]).length;
  if (!isNew && Object.keys(gaps).length === 0) return row;
  return amendRow(row, { ...gaps, ...(Object.keys(gaps).length > 0 ? { confidence: 'image-env' } : {}), tags: all }, pageOf(name));
}

function createRow({ name, release, tags, config }: Release): Row {
  return {
    image: `nvcr.io/nvidia/${name}`,
    release,
    tags,
    ...(config === undefined ? {} : readCells(config)),
    confidence: config === undefined ? 'tag-only' : 'image-env',
    source: pageOf(name),
    also: [],
  };
}

function readCells({ env }: ImageConfig): Readonly<Record<string, string | null>> {
  const versionOf = (...names: readonly string[]): string | null => {
    const value = names.map((name) => env.get(name)).find((text) => text !== undefined && text !== '');
    return /^\d[\d.]*/.exec(value ?? '')?.[0] ?? null;
  };
  return {
    cuda: versionOf('CUDA_VERSION'),
    cublas: versionOf('CUBLAS_VERSION'),
    cudnn: versionOf('CUDNN_VERSION'),
    tensorrt: versionOf('TRT_VERSION', 'TENSORRT_VERSION'),
    nccl: versionOf('NCCL_VERSION'),
    imageDriver: versionOf('CUDA_DRIVER_VERSION'),
  };
}
