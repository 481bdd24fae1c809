import { Registry, type ImageConfig } from '../registry';
import { defineSource } from '../source';
import { MAXIMUM_IMAGES, PAGE, REPOSITORY } from './cuda-images';

const RUNTIME_TAG = /^(\d+\.\d+\.\d+)-runtime-([a-z]+\d[\d.]*)$/;

interface Contents {
  readonly cuda: string;
  readonly os: string;
  /** Of an image that has been looked into. */
  readonly config: ImageConfig | undefined;
}

/** What the runtime images of nvidia/cuda set, for pairs of CUDA and distribution that the table lacks. */
export const cudaImageContents = defineSource<Contents>({
  table: 'cuda-image-contents',
  key: ['cuda', 'os'],
  floor: 60,
  fetch: async (web, rows) => {
    const registry = new Registry(web, web.addressOf('FACTS_DOCKER_HUB'));
    const known = new Set(rows.map((row) => `${String(row['cuda'])} ${String(row['os'])}`));
    const contents: Contents[] = [];
    let images = 0;
    for (const tag of await registry.listTags(REPOSITORY)) {
      const [, cuda, os] = RUNTIME_TAG.exec(tag) ?? [];
      if (cuda === undefined || os === undefined) continue;
      const isOpen = !known.has(`${cuda} ${os}`) && images++ < MAXIMUM_IMAGES;
      contents.push({ cuda, os, config: isOpen ? await registry.readConfig(REPOSITORY, tag) : undefined });
    }
    return contents;
  },
  // Images are deleted in time, and the table keeps what was in them.
  expect: () => [],
  keyOf: ({ cuda, os }) => `${cuda} ${os}`,
  merge: (rows, contents) => [
    ...rows,
    ...contents.flatMap(({ cuda, os, config }) => (config === undefined ? [] : [{ cuda, os, ...readCells(config), source: PAGE, also: [] }])),
  ],
});

function readCells({ env, platforms }: ImageConfig): Readonly<Record<string, unknown>> {
  const versionOf = (name: string): string | null => env.get(name)?.replace(/-\d+(?:\+.*)?$/, '') ?? null;
  const path = env.get('PATH') ?? '';
  return {
    platforms: platforms.join(' '),
    cudnnPlatforms: null,
    cudaVersion: env.get('CUDA_VERSION') ?? null,
    cudart: versionOf('NV_CUDA_CUDART_VERSION'),
    cublas: versionOf('NV_LIBCUBLAS_VERSION'),
    nccl: versionOf('NV_LIBNCCL_PACKAGE_VERSION'),
    compat: env.has('NV_CUDA_COMPAT_PACKAGE') ? true : null,
    path: path.startsWith('/usr/local/nvidia/bin:/usr/local/cuda/bin') ? 'nvidia' : path.startsWith('/usr/local/cuda/bin') ? 'cuda' : null,
    libraryPath: env.get('LD_LIBRARY_PATH') ?? null,
    heldRuntime: null,
    heldDevel: null,
  };
}
