import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { readContext } from '../../../src/core/engine/example';
import type { Wishes } from '../../../src/core/solver/model';
import { solve } from '../../../src/core/solver/solve';
import { generateDockerfile } from '../../../src/generate/dockerfile';

const VERSIONS = ['any', '7', '8.0', '8.2', '8.4', '8.5', '8.6', '10.0', '10.3', '10.9', '10.13', '11'];
const CUDA = [undefined, '11.4', '11.8', '12.1', '12.4', '12.8', '13'];

/** Dockerfiles of all that the solver knows for a way to install, by what was wished for. */
function generateAll(way: 'apt' | 'pip' | 'ngc' | 'archive', purpose: 'python' | 'cpp'): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const tensorrt of VERSIONS) {
    for (const cuda of CUDA) {
      const family = way === 'archive' ? 'apt' : way;
      const wishes: Wishes = { tensorrt, family, ...(cuda !== undefined && { cuda }), ...(purpose === 'python' && { python: 'any' }), ...(family === 'apt' && { flavor: 'runtime' }) };
      const [combination] = solve(wishes, { count: 1 }).combinations;
      if (combination === undefined) continue;
      const same = Object.fromEntries(combination.components.flatMap(({ key, version }) => (key === 'cuda' || key === 'ubuntu' || key === 'tensorrt' ? [[key, version]] : [])));
      const [toolchain = combination] = purpose === 'cpp' && family === 'apt' ? solve({ ...same, family, flavor: 'devel' }, { count: 1 }).combinations : [];
      const { files } = generateDockerfile({ combination, toolchain, purpose, install: way === 'archive' ? 'archive' : 'solver', user: 'dev', timeZone: 'Asia/Shanghai', locale: 'zh_CN.UTF-8', aptMirror: 'https://mirrors.example/ubuntu', pipMirror: 'https://mirrors.example/pypi/simple', ...(purpose === 'python' && { requirements: 'requirements.txt' }) });
      texts.set(`TensorRT ${tensorrt}, CUDA ${cuda ?? 'any'}`, files[0]?.text ?? '');
    }
  }
  return texts;
}

/** Debian versions that were seen in NVIDIA's repositories, as the table has them. */
const SEEN = new Set(readFileSync('src/core/facts/tables/tensorrt-apt-builds.json', 'utf8').match(/[\d.]+-1\+cuda[\d.]+/g));

describe('a Dockerfile of whatever the solver answers', () => {
  test.each([
    ['apt', 'python', 20],
    ['apt', 'cpp', 20],
    ['pip', 'python', 10],
    ['ngc', 'python', 5],
    ['archive', 'python', 20],
    ['archive', 'cpp', 20],
  ] as const)('by %s, for %s: no rule has anything to say, and every pin was seen', (way, purpose, atLeast) => {
    const texts = generateAll(way, purpose);
    expect(texts.size).toBeGreaterThanOrEqual(atLeast);
    if (way === 'archive' && purpose === 'cpp') expect(texts.get('TensorRT 8.6, CUDA 12.1')).toContain('ENV CPATH=/opt/TensorRT-8.6.1.6/include LIBRARY_PATH=/opt/TensorRT-8.6.1.6/lib\n');
    for (const [wishes, text] of texts) {
      for (const [pin, version = ''] of text.matchAll(/(?:libnv\S+|python3-libnv\S+)=(\S+)/g)) expect(SEEN.has(version), pin).toBe(true);
      const archives = Object.fromEntries([...text.matchAll(/^ADD (\S+)/gm)].map(([, name = '']) => [name, '']));
      const { findings } = analyse(text, 'Dockerfile', { context: readContext({ 'requirements.txt': 'fastapi==0.110.0\n', 'app.py': '', 'CMakeLists.txt': '', ...archives }), folder: '' });
      // An old version is asked for, and with it an old Ubuntu.
      expect(findings.filter(({ rule }) => rule !== 'image-end-of-life').map(({ rule, message }) => `${rule}: ${message}`), `${wishes}\n${text}`).toEqual([]);
    }
  });
});
