import { expect, test } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import type { ContextReader } from '../../../src/core/shell/installers/model';

const FROM = 'FROM nvidia/cuda:11.4.3-runtime-ubuntu20.04\n';

function places(dockerfile: string, files: Readonly<Record<string, string>>): readonly string[] {
  const context: ContextReader = { readText: (path) => files[path], exists: (path) => path in files, fileName: (path) => path };
  const texts: Readonly<Record<string, string>> = { ...files, Dockerfile: dockerfile };
  return analyse(dockerfile, 'Dockerfile', { context })
    .findings.filter(({ rule }) => rule === 'tensorrt-apt-unpinned' || rule === 'tensorrt-pip-index-missing')
    .map(({ location: { file, range }, related }) => `${file}: ${texts[file]?.slice(range.start, range.end)} -> ${related.map((other) => other.location.file).join(', ')}`);
}

test('a finding in a requirements file shows where the Dockerfile names the file, too', () => {
  const found = places(`${FROM}COPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n`, { 'requirements.txt': 'nvidia-tensorrt==8.4.3.1\n' });
  expect(found[0]).toMatch(/^Dockerfile: \/app\/requirements\.txt -> requirements\.txt/);
  expect(found[1]).toMatch(/^requirements\.txt: nvidia-tensorrt\S* -> .*Dockerfile/);
  expect(found).toHaveLength(2);
});

test('a finding in a script that a script calls shows at the command of the Dockerfile', () => {
  const files = { 'a.sh': '. /opt/x/b.sh\n', 'b.sh': 'apt-get update && apt-get install -y libnvinfer8\n' };
  const found = places(`${FROM}COPY a.sh b.sh /opt/x/\nRUN bash /opt/x/a.sh\n`, files);
  expect(found.map((place) => place.split(' -> ')[0])).toEqual(['Dockerfile: /opt/x/a.sh', 'b.sh: libnvinfer8']);
});

test('a comment in the file silences both, one in the Dockerfile the echo alone', () => {
  const install = 'apt-get update && apt-get install -y libnvinfer8\n';
  const run = `${FROM}COPY a.sh /opt/\nRUN bash /opt/a.sh\n`;
  expect(places(run, { 'a.sh': `# trtc ignore=tensorrt-apt-unpinned -- floats on purpose\n${install}` })).toEqual([]);
  const silenced = run.replace('RUN', '# trtc ignore=tensorrt-apt-unpinned -- see a.sh\nRUN');
  expect(places(silenced, { 'a.sh': install }).map((place) => place.split(':')[0])).toEqual(['a.sh']);
});
