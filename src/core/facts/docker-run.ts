import { remember } from './remember';
import { defineTable } from './table';
import text from './tables/docker-run-switches.json?raw';

const table = defineTable<{ readonly name: string; readonly short: string | null }>(text);
const names = remember((_: string) => new Set(table().rows.flatMap(({ name, short }) => (short === null ? name : [name, short]))));

/** True for an option of `docker run` (`--rm`, `-i`) that takes no value; all others take the next argument, or what follows `=`. */
export function isRunSwitch(name: string): boolean {
  return names('').has(name);
}
