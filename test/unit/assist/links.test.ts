import { expect, it } from 'vitest';
import { listLinks } from '../../../src/core/assist/links';
import { analyse } from '../../../src/core/engine/analyse';

it('leads to the catalogue of NGC and to the files that are read', () => {
  const text = 'FROM nvcr.io/nvidia/tensorrt:23.08-py3\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\nFROM nvidia/cuda:12.4.1-base-ubuntu22.04\nFROM nvcr.io/nvidia/tao/tao-toolkit:5.0\n';
  const files: Record<string, string> = { 'requirements.txt': 'numpy\n' };
  const context = { readText: (path: string) => files[path], exists: (path: string) => path in files, fileName: (path: string) => `file:///work/${path}` };
  const { stack } = analyse(text, 'file:///work/Dockerfile', { kind: 'dockerfile', context });
  expect(stack === undefined ? [] : listLinks(stack).map(({ range, target }) => [text.slice(range.start, range.end), target])).toEqual([
    ['nvcr.io/nvidia/tensorrt:23.08-py3', { url: 'https://catalog.ngc.nvidia.com/orgs/nvidia/containers/tensorrt' }],
    ['/app/requirements.txt', { file: 'file:///work/requirements.txt' }],
  ]);
});
