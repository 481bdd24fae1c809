// Adds a GPU, a display, a camera and more to every devcontainer.json below a folder, and tells what that lost:
//   node src/dev/build.mjs --run src/dev/merge-corpus.ts FOLDER [--show]
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { renderDiff } from '../cli/diff';
import { DEFAULT_CHOICES, planChoices } from '../generate/choices';
import { mergeFile } from '../generate/merge';
import { findLost } from './find-lost';

const merge = mergeFile(
  planChoices({
    ...DEFAULT_CHOICES,
    image: 'nvidia/cuda:12.4.1-devel-ubuntu22.04',
    display: 'x11',
    cameras: ['/dev/video0'],
    audio: 'pulse',
    shmSize: '8g',
    ulimits: ['memlock=-1'],
    capabilities: ['video'],
    ports: [8888],
    caches: ['pip'],
    languages: ['python', 'cuda'],
    user: 'vscode',
  }),
  {},
);

function listFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = path.join(folder, name);
    return statSync(file).isDirectory() ? listFiles(file) : /devcontainer\.json$/.test(name) ? [file] : [];
  });
}

const [folder = '.', show] = process.argv.slice(2);
const texts = new Map(listFiles(folder).map((file) => [readFileSync(file, 'utf8').replace(/^\uFEFF/, ''), file]));
let faults = 0;
for (const [text, file] of texts) {
  const merged = merge('.devcontainer/devcontainer.json', text);
  const lost = merged === undefined ? ['it cannot be added to'] : findLost(text, merged.text);
  const again = merged === undefined ? undefined : merge('.devcontainer/devcontainer.json', merged.text);
  const problems = [...lost, ...(again !== undefined && again.text !== merged?.text ? ['a second time changes it again'] : [])];
  if (problems.length > 0) faults++;
  if (problems.length > 0) console.log(`${file}: ${problems.join('; ')}`);
  if (show === '--show' && merged !== undefined) console.log(renderDiff(file, text, merged.text));
}
console.log(`${texts.size} different files, ${faults} with faults`);
process.exitCode = faults === 0 ? 0 : 1;
