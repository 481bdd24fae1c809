import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

/** What a module and the modules of ours that it loads at once name of others. */
function listPackages(file: string, seen = new Set<string>()): readonly string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return [...readFileSync(file, 'utf8').matchAll(/^(?:import |(?:import|export) [^'";=()]*? from )'([^']+)'/gm)].flatMap(([, name = '']) => {
    if (name.startsWith('.')) return listPackages(path.join(path.dirname(file), name), seen);
    return name.startsWith('node:') ? [] : [`${name} in ${file}`];
  });
}

it.each(['src/dev/start.mjs', 'src/dev/test.mjs'])('%s starts in a fresh clone, where no package is installed yet', (file) => {
  expect(listPackages(file)).toEqual([]);
  // It reads imports at all.
  expect(listPackages('src/dev/workbench/run-suite.mjs').some((text) => text.startsWith('esbuild in '))).toBe(true);
});
