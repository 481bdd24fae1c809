import type { DecodedImage } from '../image/model';
import { Traced } from '../text/traced';
import type { Location } from '../text/range';
import { component } from './apply';
import type { StackState } from './model';

/** The state of `FROM scratch`: nothing, and that is certain. */
export const emptyState: StackState = {
  components: [],
  env: new Map(),
  envComplete: true,
  workdir: '/',
  user: undefined,
  apt: { updated: false, repositories: [], held: new Set(), key: 'unknown' },
  pip: { indexUrl: undefined, extraIndexUrls: [] },
  paths: [],
  opaque: false,
};

/** The state of an external image of which nothing is known. */
const unknownState: StackState = { ...emptyState, envComplete: false, opaque: true };

/** The state that an external image starts a stage with; `where` is its reference in FROM. */
export function initialState(image: DecodedImage | undefined, where: Location): StackState {
  if (image === undefined) return unknownState;
  const env = new Map<string, Traced>();
  for (const [name, value] of image.env) {
    env.set(name, new Traced([{ text: value, file: where.file, range: where.range, verbatim: false }]));
  }
  return {
    components: image.components.map((item) =>
      component(item.kind, item.name ?? image.reference.text, item.version, undefined, item.certainty, 'base-image', where, item.evidence),
    ),
    env,
    envComplete: image.envComplete,
    workdir: '/',
    user: undefined,
    apt: {
      updated: false,
      repositories: image.aptRepositories.map(({ repository, distro, arch }) => ({ repository, distro, arch, where: undefined })),
      held: new Set(image.heldPackages),
      key: image.repositoryKey ?? 'unknown',
    },
    pip: { indexUrl: env.get('PIP_INDEX_URL'), extraIndexUrls: [] },
    paths: [],
    opaque: !image.componentsComplete,
  };
}
