import { expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { formatText } from '../../../src/core/l10n/message';
import { listInlayHints } from '../../../src/core/assist/inlay-hints';

/** The text with each hint in « » where an editor shows it. */
function annotate(text: string, files: Readonly<Record<string, string>> = {}): string {
  const context = { readText: (path: string) => files[path], exists: (path: string) => path in files, fileName: (path: string) => path };
  const { stack } = analyse(text, 'Dockerfile', { context });
  let shown = '';
  let position = 0;
  for (const { offset, text: hint } of stack === undefined ? [] : listInlayHints(stack)) {
    shown += `${text.slice(position, offset)} «${formatText(hint)}»`;
    position = offset;
  }
  return shown + text.slice(position);
}

it.each<[string, string]>([
  ['FROM nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04 AS a\n', 'FROM nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04 AS a «CUDA 11.6.2 · cuDNN 8.4.0 · Ubuntu 20.04 · driver ≥ 510.47»\n'],
  ['FROM nvcr.io/nvidia/tensorrt:23.08-py3', 'FROM nvcr.io/nvidia/tensorrt:23.08-py3 «CUDA ~12.2.1 · TensorRT 8.6.1 · driver ≥ 535»'],
  ['FROM ubuntu:22.04\n', 'FROM ubuntu:22.04\n'],
  ['FROM python:3.10-slim\n', 'FROM python:3.10-slim\n'],
  ['FROM example.com/own:1 AS a\nFROM a\n', 'FROM example.com/own:1 AS a\nFROM a\n'],
])('annotates base images: %j', (text, shown) => {
  expect(annotate(text)).toBe(shown);
});

const CUDA = 'FROM nvidia/cuda:11.6.2-base-ubuntu20.04';
const HEAD = `${CUDA} «CUDA 11.6.2 · Ubuntu 20.04 · driver ≥ 510.47»`;

it.each<[string, string]>([
  ['RUN apt-get install -y libnvinfer8 curl \\\n    git', 'RUN apt-get install -y libnvinfer8 curl \\ «libnvinfer8: 8.6.1.6-1+cuda12.0 or newer»\n    git'],
  ['RUN apt-get install -y libnvinfer8 libnvparsers8 libnvinfer-plugin8', 'RUN apt-get install -y libnvinfer8 libnvparsers8 libnvinfer-plugin8 «libnvinfer8 +2: 8.6.1.6-1+cuda12.0 or newer»'],
  ['RUN apt-get install -y libnvinfer8=8.4.3-1+cuda11.6', 'RUN apt-get install -y libnvinfer8=8.4.3-1+cuda11.6'],
  ['ARG V=8.4.3-1+cuda11.6\nRUN apt-get install -y libnvinfer8=$V', 'ARG V=8.4.3-1+cuda11.6\nRUN apt-get install -y libnvinfer8=$V «TensorRT 8.4.3»'],
  ['RUN pip install torch==2.1.0 numpy', 'RUN pip install torch==2.1.0 numpy «torch for CUDA 12.1»'],
  ['RUN pip install torch==2.1.0+cu118', 'RUN pip install torch==2.1.0+cu118'],
  ['RUN pip install -U pip', 'RUN pip install -U pip'],
])('annotates lines that install: %j', (run, shown) => {
  expect(annotate(`${CUDA}\n${run}\n`)).toBe(`${HEAD}\n${shown}\n`);
});

it('says what a requirements file brings where the line names it', () => {
  const text = 'FROM python:3.10-slim\nCOPY requirements.txt /app/\nRUN pip install -r /app/requirements.txt\n';
  expect(annotate(text, { 'requirements.txt': 'torch==2.1.0\ntensorrt-cu12==10.3.0\nnumpy\n' })).toContain('requirements.txt «TensorRT for Python 10.3.0 · PyTorch 2.1.0»\n');
});
