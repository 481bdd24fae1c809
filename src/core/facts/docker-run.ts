import { defineTable } from './table';
import text from './tables/docker-run-switches.json?raw';

const table = defineTable<{ readonly name: string; readonly short: string | null }>(text);
let names: ReadonlySet<string> | undefined;

/** True for an option of `docker run` (`--rm`, `-i`) that takes no value; all others take the next argument, or what follows `=`. */
export function isRunSwitch(name: string): boolean {
  names ??= new Set(table().rows.flatMap((row) => [row.name, row.short ?? row.name]));
  return names.has(name);
}
