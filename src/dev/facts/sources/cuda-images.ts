import { Registry } from '../registry';
import { amendRow, type Row } from '../rows';
import { defineSource } from '../source';

export const REPOSITORY = 'nvidia/cuda';
export const PAGE = 'https://hub.docker.com/r/nvidia/cuda/tags';

/** So many images are looked into in one run: the Hub counts what anonymous readers pull. The next run goes on. */
export const MAXIMUM_IMAGES = 60;

const TAG = /^(\d+\.\d+(?:\.\d+)?)-(?:(cudnn)(\d*)-)?(base|runtime|devel)-([a-z]+\d[\d.]*)$/;

interface Tag {
  readonly tag: string;
  /** Of an image that has been looked into. */
  readonly cudnn: string | undefined;
}

/** Tags of nvidia/cuda on Docker Hub, and the cuDNN of images that the table does not know. */
export const cudaImages = defineSource<Tag>({
  table: 'cuda-images',
  key: ['tag'],
  floor: 300,
  fetch: async (web, rows) => {
    const registry = new Registry(web, web.addressOf('FACTS_DOCKER_HUB'));
    const known = new Map(rows.map((row) => [row['tag'], row]));
    const tags: Tag[] = [];
    let images = 0;
    for (const tag of await registry.listTags(REPOSITORY)) {
      const row = known.get(tag);
      const isOpen = TAG.exec(tag)?.[2] !== undefined && (row === undefined || row['cudnn'] === null);
      const config = isOpen && images++ < MAXIMUM_IMAGES ? await registry.readConfig(REPOSITORY, tag) : undefined;
      // `9.15.1.9-1`: the version of the package.
      tags.push({ tag, cudnn: (config?.env.get('NV_CUDNN_VERSION') ?? config?.env.get('CUDNN_VERSION'))?.replace(/-\d+(?:\+.*)?$/, '') });
    }
    return tags;
  },
  expect: (rows) => rows.filter((row) => row['status'] === 'served').map((row) => String(row['tag'])),
  keyOf: ({ tag }) => tag,
  merge: (rows, tags, today) => {
    const listed = new Map(tags.map((tag) => [tag.tag, tag]));
    const known = new Set(rows.map((row) => row['tag']));
    const added = tags.flatMap((tag) => (known.has(tag.tag) ? [] : createRow(tag, today)));
    return [...rows.map((row) => judge(row, listed.get(String(row['tag'])), today)), ...added];
  },
});

/** What the list says of a known tag. One that was only ever written in files does not become `removed` by missing: it may never have been there. */
function judge(row: Row, listed: Tag | undefined, today: string): Row {
  const status = row['status'];
  if (listed === undefined) {
    const wasThere = status === 'served' || status === 'end-of-life' || status === 'delisted';
    return wasThere ? amendRow(row, { status: 'removed', evidence: 'hub', date: today }, PAGE) : row;
  }
  const contents = listed.cudnn === undefined ? {} : { cudnn: listed.cudnn.split('.')[0], cudnnVersions: listed.cudnn };
  if (status === 'served' || status === 'end-of-life') return listed.cudnn === undefined ? row : amendRow(row, contents, PAGE);
  return amendRow(row, { ...contents, status: 'served', evidence: 'hub', date: today }, PAGE);
}

function createRow({ tag, cudnn }: Tag, today: string): readonly Row[] {
  const [, cuda, hasCudnn, major, flavor, os] = TAG.exec(tag) ?? [];
  if (cuda === undefined) return [];
  const cudnnMajor = hasCudnn === undefined ? false : cudnn?.split('.')[0] ?? (major || null);
  return [{ tag, cuda, flavor, cudnn: cudnnMajor, cudnnVersions: cudnn ?? null, os, status: 'served', evidence: 'hub', date: today, source: PAGE, also: [] }];
}
