import type { ContextReader } from '../shell/installers/model';
import { baseName, globToRegExp, isInside, resolvePath } from '../text/path';

/** One source of a COPY, ADD or bind mount: what of the build context lies where in the image. */
interface Mapping {
  /** Path in the build context, absolute from its root: `/docker/requirements.txt`, `/` for the whole. */
  readonly source: string;
  /** Absolute path in the image. */
  readonly target: string;
  /** The target is a folder by the way it is written, or the source is a glob. */
  readonly intoFolder: boolean;
}

/**
 * Which files of the build context lie where in an image, as COPY, ADD and bind mounts put them there.
 * Immutable: `with` gives a longer list, which shares the shorter one. The newest mapping wins.
 */
export class ImageFiles {
  readonly #newest: { readonly mapping: Mapping; readonly before: ImageFiles } | undefined;

  constructor(newest?: { readonly mapping: Mapping; readonly before: ImageFiles }) {
    this.#newest = newest;
  }

  /** `sources` as written in COPY, `target` already absolute. */
  with(sources: readonly string[], target: string, targetIsFolder: boolean): ImageFiles {
    const intoFolder = targetIsFolder || sources.length > 1;
    return sources
      .filter((source) => !/^[a-z]+:\/\//.test(source))
      .reduce((before: ImageFiles, source) => new ImageFiles({ mapping: { source: resolvePath('/', source), target, intoFolder }, before }), this);
  }

  /** The first file of the build context that can lie at `path` (absolute) in the image and is there to read. */
  read(path: string, context: Pick<ContextReader, 'readText'>): { readonly contextPath: string; readonly text: string } | undefined {
    for (let one = this.#newest; one !== undefined; one = one.before.#newest) {
      for (const candidate of candidates(one.mapping, path)) {
        const contextPath = candidate.slice(1);
        const text = contextPath === '' ? undefined : context.readText(contextPath);
        if (text !== undefined) return { contextPath, text };
      }
    }
    return undefined;
  }
}

function candidates({ source, target, intoFolder }: Mapping, path: string): readonly string[] {
  if (/[*?[]/.test(baseName(source))) {
    const name = baseName(path);
    if (resolvePath(target, name) !== path || !globToRegExp(baseName(source)).test(name)) return [];
    return [resolvePath(source, `../${name}`)];
  }
  if (!isInside(target, path)) return [];
  const below = path.slice(target === '/' ? 0 : target.length);
  // A file copied to `/app/` lies at `/app/<its name>`; a folder's contents lie below the target itself.
  const asFile = resolvePath(target, baseName(source)) === path ? [source] : [];
  if (below === '') return intoFolder ? [] : [source];
  const asFolder = resolvePath(source, `.${below}`);
  return [...asFile, asFolder];
}
