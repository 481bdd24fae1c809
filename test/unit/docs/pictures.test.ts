// README and docs show pictures that `npm run pictures` takes: all that they name are there, and small; none is left over.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const FOLDER = 'docs/pictures';
const PICTURE = /!\[(?<alt>[^\]]*)\]\((?<file>[^)]+\.png)\)|<img src="(?<source>[^"]+\.png)"[^>]* alt="(?<text>[^"]*)"/g;

const shown = ['README.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)].flatMap((page) =>
  Array.from(readFileSync(page, 'utf8').matchAll(PICTURE), ({ groups = {} }) => ({ file: path.join(path.dirname(page), groups['file'] ?? groups['source'] ?? ''), alt: groups['alt'] ?? groups['text'] ?? '' })),
);
const present = readdirSync(FOLDER).map((name) => `${FOLDER}/${name}`);

it('shows each picture once, and each that there is', () => {
  expect(shown.map(({ file }) => file).sort()).toEqual([...present].sort());
});

it.each(shown)('says in words what is on $file', ({ alt }) => {
  expect(alt.length).toBeGreaterThan(20);
});

it('has small ones', () => {
  const sizes = present.map((file) => statSync(file).size);
  expect(Math.max(...sizes)).toBeLessThan(150 * 1024);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2 * 1024 * 1024);
});
