// Puts together what the extension contributes: each folder of src/client has a contributes.json for what it brings.
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';

/** The points of `contributes` that hold one list; `configuration` is here what VS Code calls its `properties`. */
type Contributions = Record<string, unknown>;

/** What a contributes.json holds: contribution points, and the English text of each `%key%` in them. */
interface Fragment extends Contributions {
  /** True for a feature that needs Docker or other programs: a browser without a machine behind it shows nothing of it. */
  readonly needsMachine?: boolean;
  readonly strings?: Readonly<Record<string, string>>;
}

/** `contributes` of package.json, and the content of package.nls.json. */
export interface Manifest {
  readonly contributes: Contributions & { readonly configuration: { readonly title: string; readonly properties: Record<string, unknown> } };
  readonly strings: Readonly<Record<string, string>>;
}

/**
 * Merges every src/client/contributes.json and src/client/<feature>/contributes.json, in order of their paths: lists
 * one after another, objects key by key. Throws when two of them give one key different values.
 */
export function readManifest(): Manifest {
  let merged: Contributions = {};
  for (const file of globSync(['src/client/contributes.json', 'src/client/*/contributes.json']).sort()) {
    const fragment = JSON.parse(readFileSync(file, 'utf8')) as Fragment;
    merged = merge(merged, onMachines(fragment), file) as Contributions;
  }
  const { strings, configuration, ...points } = merged;
  return {
    contributes: { ...points, configuration: { title: 'TensorRT Containers', properties: configuration as Record<string, unknown> } },
    strings: strings as Record<string, string>,
  };
}

/** VS Code's key `isWeb` is true in the browser window of a remote machine, too, where all of it works. */
const ON_MACHINE = '!isWeb || remoteName';

/** A fragment whose commands, menus, views, keys and tasks are there only where its feature can work. */
function onMachines({ needsMachine = false, ...fragment }: Fragment): Fragment {
  if (!needsMachine) return fragment;
  const { commands = [], menus = {}, views, keybindings, taskDefinitions } = fragment as Shown;
  const palette = menus['commandPalette'] ?? [];
  const others = commands.filter(({ command }) => palette.every((item) => item.command !== command));
  const shown: Shown = {
    menus: {
      // What stands in a view of ours is gone with the view.
      ...mapValues(menus, (items, place) => (place.startsWith('view/') ? items : items.map(whenOnMachine))),
      ...(commands.length > 0 && { commandPalette: [...palette, ...others.map(({ command }) => ({ command }))].map(whenOnMachine) }),
    },
    ...(views && { views: mapValues(views, (all) => all.map(whenOnMachine)) }),
    ...(keybindings && { keybindings: keybindings.map(whenOnMachine) }),
    ...(taskDefinitions && { taskDefinitions: taskDefinitions.map(whenOnMachine) }),
  };
  return { ...fragment, ...shown };
}

/** Something that is shown where its condition holds. */
interface Conditional {
  readonly command?: unknown;
  readonly when?: string;
}

interface Shown {
  readonly commands?: readonly Conditional[];
  readonly menus?: Readonly<Record<string, readonly Conditional[]>>;
  readonly views?: Readonly<Record<string, readonly Conditional[]>>;
  readonly keybindings?: readonly Conditional[];
  readonly taskDefinitions?: readonly Conditional[];
}

function whenOnMachine<T extends Conditional>(item: T): T {
  const { when } = item;
  if (when === 'false') return item;
  const parts = [when, ON_MACHINE].map((part) => (part?.includes('||') === true && when !== undefined ? `(${part})` : part));
  return { ...item, when: parts.filter((part) => part !== undefined).join(' && ') };
}

function mapValues<T>(object: Readonly<Record<string, T>>, change: (value: T, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

function merge(a: unknown, b: unknown, place: string): unknown {
  if (a === undefined) return b;
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])];
  if (isObject(a) && isObject(b)) {
    const merged: Contributions = { ...a };
    for (const [key, value] of Object.entries(b)) merged[key] = merge(a[key], value, `${place}: ${key}`);
    return merged;
  }
  if (a !== b) throw new Error(`${place} has another value elsewhere`);
  return a;
}

function isObject(value: unknown): value is Contributions {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
