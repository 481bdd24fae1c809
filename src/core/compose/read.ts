import { folderOf, resolveInside } from '../build/places';
import { findEntry, findScalar, findValue, listEntries, listItems, type Data, type DataEntry, type DataMap } from '../data/model';
import { readYaml } from '../data/yaml';
import type { ContextReader } from '../shell/installers/model';
import { interpolate, readEnvironmentFile, type Environment } from './interpolate';
import { mergeService } from './merge';
import type { ComposeProject, ComposeService } from './model';
import { viewService, type ServiceFiles } from './service';

export interface ComposeOptions {
  /** What may be read besides the file itself: the folders above and below it. */
  readonly context?: ContextReader | undefined;
  /** Folder of the file inside the context; `''` for its root. */
  readonly folder?: string | undefined;
  /** Files over which this one is laid (`-f a -f b`), as paths inside the context; their services count as its own. */
  readonly below?: readonly string[] | undefined;
}

/** Names under which Compose finds its file without being told, and those that it lays over it. */
const DEFAULT_NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];
const OVERRIDE_NAMES = ['compose.override.yaml', 'compose.override.yml', 'docker-compose.override.yaml', 'docker-compose.override.yml'];
/** Names of files that people lay over another one where there is a GPU. */
const GPU_NAMES = ['compose', 'docker-compose'].flatMap((stem) =>
  ['.gpu', '-gpu', '.nvidia', '-nvidia', '.cuda', '-cuda'].flatMap((word) => [`${stem}${word}.yaml`, `${stem}${word}.yml`]),
);

/** Files that one project may draw in, and how deep they may name each other. */
const MAX_FILES = 64;
const MAX_DEPTH = 16;

/**
 * A Compose file with what it extends, includes and merges, the override file that Compose lays over it, and the
 * variables of `.env`. Undefined for a text that is no YAML map. Never throws.
 */
export function readCompose(text: string, file: string, options: ComposeOptions = {}): ComposeProject | undefined {
  return new ProjectReader(text, file, options).read();
}

/** A file of the project: its data, and the folder that its paths count from. */
interface Source {
  readonly root: DataMap;
  readonly folder: string;
  /** Path inside the context; undefined for the file itself, which may lie outside of it. */
  readonly path: string | undefined;
}

class ProjectReader implements ServiceFiles {
  readonly #text: string;
  readonly #file: string;
  readonly #context: ContextReader | undefined;
  readonly #folder: string;
  readonly #named: readonly string[] | undefined;
  readonly #texts = new Map<string, string>();
  readonly #sources = new Map<string, Source | undefined>();
  /** Folder of each file by its reported name. */
  readonly #folders = new Map<string, string>();
  readonly #environment: Environment;

  constructor(text: string, file: string, { context, folder = '', below }: ComposeOptions) {
    this.#text = text;
    this.#file = file;
    this.#context = context;
    this.#folder = folder;
    this.#named = below;
    this.#folders.set(file, folder);
    this.#environment = this.readEnvironment(folder, '.env') ?? new Map();
  }

  read(): ComposeProject | undefined {
    const root = this.#parse(this.#text, this.#file);
    if (root?.kind !== 'map') return undefined;
    const own: Source = { root, folder: this.#folder, path: undefined };
    const { below, above } = this.#findNeighbours();
    const sources = [...below, own, ...above];
    const entries = new Map((this.#named === undefined ? [own] : sources).flatMap((source) => listEntries(findValue(source.root, 'services'))).map((entry) => [entry.key, entry]));
    const services = [...entries.values()].flatMap((entry) => this.#service(entry, sources) ?? []);
    return {
      file: this.#file,
      text: this.#text,
      root,
      version: findScalar(root, 'version'),
      services,
      included: this.#include(own, 0),
      files: this.#texts,
      isWiredElsewhere: (name) => this.#isWiredElsewhere(name),
    };
  }

  folderOf(file: string): string {
    return this.#folders.get(file) ?? this.#folder;
  }

  readEnvironment(folder: string, path: string): Environment | undefined {
    const place = resolveInside(folder, path);
    const text = place === undefined ? undefined : this.#readText(place);
    return text === undefined ? undefined : readEnvironmentFile(text, this.#context?.fileName(place ?? '') ?? '');
  }

  #parse(text: string, file: string): Data | undefined {
    return readYaml(text, file, (value) => interpolate(value, this.#environment));
  }

  #readText(path: string): string | undefined {
    if (this.#context === undefined || this.#texts.size >= MAX_FILES) return undefined;
    const text = this.#context.readText(path);
    if (text !== undefined) this.#texts.set(this.#context.fileName(path), text);
    return text;
  }

  /** Another Compose file; undefined when it cannot be read. */
  #source(path: string): Source | undefined {
    if (!this.#sources.has(path)) {
      const text = this.#readText(path);
      const name = this.#context?.fileName(path) ?? path;
      const root = text === undefined ? undefined : this.#parse(text, name);
      this.#folders.set(name, folderOf(path));
      this.#sources.set(path, root?.kind === 'map' ? { root, folder: folderOf(path), path } : undefined);
    }
    return this.#sources.get(path);
  }

  #sourceBeside(names: readonly string[]): Source | undefined {
    for (const name of names) {
      const path = resolveInside(this.#folder, name);
      const source = path === undefined || this.#context?.exists(path) === false ? undefined : this.#source(path);
      if (source !== undefined) return source;
    }
    return undefined;
  }

  /** What Compose puts under this file and over it: what it is told, else by their names. */
  #findNeighbours(): { readonly below: readonly Source[]; readonly above: readonly Source[] } {
    if (this.#named !== undefined) return { below: this.#named.flatMap((path) => this.#source(path) ?? []), above: [] };
    const name = this.#file.slice(Math.max(this.#file.lastIndexOf('/'), this.#file.lastIndexOf('\\')) + 1);
    const list = (names: readonly string[]): readonly Source[] => [this.#sourceBeside(names)].filter((source) => source !== undefined);
    return { below: OVERRIDE_NAMES.includes(name) ? list(DEFAULT_NAMES) : [], above: DEFAULT_NAMES.includes(name) ? list(OVERRIDE_NAMES) : [] };
  }

  /** A service as the sources, laid over each other in their order, make it. */
  #service(entry: DataEntry, sources: readonly Source[]): ComposeService | undefined {
    if (entry.value.kind !== 'map') return undefined;
    const layers = sources.flatMap((source) => {
      const value = findValue(source.root, 'services', entry.key);
      return value?.kind === 'map' ? [this.#extend(value, source, 0)] : [];
    });
    const node = layers.map((layer) => layer.node).reduce((base, over) => mergeService(base, over));
    return viewService(entry, node, layers.every(({ complete }) => complete), this);
  }

  /** A service with what it extends; incomplete when that cannot be found. */
  #extend(node: DataMap, source: Source, depth: number): { readonly node: DataMap; readonly complete: boolean } {
    const extended = findEntry(node, 'extends')?.value;
    if (extended === undefined) return { node, complete: true };
    const name = extended.kind === 'scalar' ? extended : findScalar(extended, 'service');
    const path = findScalar(extended, 'file')?.text.value;
    const place = path === undefined ? undefined : resolveInside(source.folder, path);
    const from = path === undefined ? source : place === undefined ? undefined : this.#source(place);
    const base = from && name && findValue(from.root, 'services', name.text.value);
    if (from === undefined || base?.kind !== 'map' || depth >= MAX_DEPTH) return { node, complete: false };
    const below = this.#extend(base, from, depth + 1);
    return { node: mergeService(below.node, node), complete: below.complete };
  }

  #include(source: Source, depth: number): readonly ComposeService[] {
    if (depth >= MAX_DEPTH) return [];
    return listItems(findValue(source.root, 'include')).flatMap((item) => {
      const path = item.kind === 'map' ? findValue(item, 'path') : item;
      return (path?.kind === 'list' ? path.items : path === undefined ? [] : [path]).flatMap((each) => {
        const place = each.kind === 'scalar' ? resolveInside(source.folder, each.text.value) : undefined;
        const included = place === undefined || this.#sources.has(place) ? undefined : this.#source(place);
        if (included === undefined) return [];
        const services = listEntries(findValue(included.root, 'services'));
        return [...services.flatMap((entry) => this.#service(entry, [included]) ?? []), ...this.#include(included, depth + 1)];
      });
    });
  }

  #isWiredElsewhere(service: string): boolean {
    return GPU_NAMES.some((name) => {
      const path = resolveInside(this.#folder, name);
      if (path === undefined || this.#context === undefined || this.#context.exists(path) === false) return false;
      const node = findValue(this.#source(path)?.root, 'services', service);
      return ['gpus', 'runtime', 'devices'].some((key) => findEntry(node, key) !== undefined) || findValue(node, 'deploy', 'resources') !== undefined;
    });
  }
}
