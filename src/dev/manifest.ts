// Puts together what the extension contributes: each folder of src/client has a contributes.json for what it brings.
import { readFileSync } from 'node:fs';
import { globSync } from 'tinyglobby';

/** The points of `contributes` that hold one list; `configuration` is here what VS Code calls its `properties`. */
type Contributions = Record<string, unknown>;

/** What a contributes.json holds: contribution points, and the English text of each `%key%` in them. */
interface Fragment extends Contributions {
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
    merged = merge(merged, fragment, file) as Contributions;
  }
  const { strings, configuration, ...points } = merged;
  return {
    contributes: { ...points, configuration: { title: 'TensorRT Containers', properties: configuration as Record<string, unknown> } },
    strings: strings as Record<string, string>,
  };
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
