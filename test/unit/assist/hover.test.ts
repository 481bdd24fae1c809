import { expect, describe, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { renderMarkdown, renderPlain, type Card } from '../../../src/core/assist/card';
import { formatText, msg } from '../../../src/core/l10n/message';
import { describeAt } from '../../../src/core/assist/hover';
import { describeRequirementAt } from '../../../src/core/assist/hover/requirement';

/** The card at `│` in a Dockerfile. */
function cardAt(marked: string): Card | undefined {
  const offset = marked.indexOf('│');
  const { stack } = analyse(marked.replace('│', ''), 'Dockerfile', {});
  return stack === undefined ? undefined : describeAt(stack, offset);
}

/** Rows of the card as `label: value`. */
function rowsAt(marked: string): readonly string[] | undefined {
  return cardAt(marked)?.rows.map(([label, value]) => `${formatText(label)}: ${formatText(value)}`);
}

describe('an image', () => {
  it('says what it holds, which driver it wants and how long its distribution is supported', () => {
    const marked = 'FROM nvidia/│cuda:11.6.2-cudnn8-devel-ubuntu20.04\n';
    const card = cardAt(marked);
    const rows = rowsAt(marked) ?? [];
    expect(card?.title).toBe('nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04');
    expect(rows).toContain('Contains: CUDA 11.6.2 · cuDNN 8.4.0.27 · NCCL ~2.12.10 · Ubuntu 20.04');
    expect(rows).toContainEqual(expect.stringMatching(/^Driver: 510\.47\.03 or newer; 450\.80\.02 will do/));
    expect(rows).toContainEqual(expect.stringMatching(/^Distribution: standard support until 20\d\d-\d\d-\d\d$/));
    expect(card?.notes.map((note) => formatText(note))).toContain('~ marks a version that is likely, not proven.');
    expect(card?.sources.every(({ source }) => source !== '')).toBe(true);
  });

  it.each<[string, string]>([
    ['FROM nvidia/│cuda:12.4.1-base-ubuntu22.04\n', 'CUDA compiles for: compute capability 5.0 to 9.0 (Maxwell – Hopper)'],
    ['FROM nvcr.io/nvidia/│tritonserver:24.07-py3\n', 'GPUs: compute capability 6.0 or newer'],
    ['FROM pytorch/│pytorch:2.14.0-cuda12.6-cudnn9-devel\n', 'Compute capabilities: 5.0, 6.0, 7.0, 7.5, 8.0, 8.6, 9.0'],
  ])('says for which GPUs it is: %j', (marked, row) => {
    expect(rowsAt(marked)).toContain(row);
  });

  it('gives the words on flavors to images that they were written of', () => {
    expect(rowsAt('FROM pytorch/│pytorch:2.4.0-cuda12.4-cudnn9-runtime\n')?.some((row) => row.startsWith('Flavor'))).toBe(false);
  });

  it('explains the part of the tag under the cursor', () => {
    expect(rowsAt('FROM nvcr.io/nvidia/tensorrt:23│.08-py3\n')?.[0]).toBe('23.08: Release of NGC: year and month, no TensorRT version');
    expect(rowsAt('FROM nvidia/cuda:12.4.1-de│vel-ubuntu22.04\n')?.[0]).toBe('devel: Flavor');
  });

  it('is resolved where a variable stands for it', () => {
    expect(cardAt('ARG TAG=12.4.1-base-ubuntu22.04\nFROM nvidia/cuda:${T│AG}\n')?.title).toBe('nvidia/cuda:12.4.1-base-ubuntu22.04');
  });

  it.each<[string, string | undefined]>([
    ['ARG BASE="nvidia/cu│da:12.4.1-base-ubuntu22.04"\nFROM ${BASE}\n', 'Contains: CUDA 12.4.1 · Ubuntu 22.04'],
    ['ARG A=1 BASE=nvidia/cuda:12.4.1-ba│se-ubuntu22.04\nFROM ${BASE}\n', 'base: Flavor'],
    ['FROM ubuntu:22.04\nCOPY --from=nvcr.io/nvidia/tensorrt:23.│08-py3 /a /a\n', '23.08: Release of NGC: year and month, no TensorRT version'],
    ['ARG BASE=nvidia/cu│da:${V}-base\nFROM ${BASE}\n', undefined],
    ['ARG BA│SE=nvidia/cuda:12.4.1-base-ubuntu22.04\nFROM ${BASE}\n', undefined],
    ['FROM ubuntu:22.04\nRUN echo x=nvidia/cu│da:12.4.1-base-ubuntu22.04\n', undefined],
  ])('is known in an ARG and where it is copied from: %j', (marked, row) => {
    if (row === undefined) expect(rowsAt(marked)).toBeUndefined();
    else expect(rowsAt(marked)).toContain(row);
  });

  it('says nothing of one that is not known', () => {
    expect(cardAt('FROM example.com/own/im│age:1\n')).toBeUndefined();
  });
});

describe('a line that installs', () => {
  const CUDA = 'FROM nvidia/cuda:11.6.2-devel-ubuntu20.04\n';

  it.each<[string, string]>([
    [`${CUDA}RUN apt-get install -y libnvin│fer8\n`, 'Version: not pinned: apt takes the newest, 8.6.1.6-1+cuda12.0 or newer'],
    [`${CUDA}RUN apt-get install -y libnvinfer8=8.4.3│-1+cuda11.6\n`, 'Built for: CUDA 11.6'],
    [`${CUDA}RUN apt-get install -y libnvinfer8=8.4.3-1+cuda│11.6\n`, 'Version: 8.4.3-1+cuda11.6'],
    [`${CUDA}RUN pip install tor│ch==2.1.0\n`, 'CUDA: 12.1, on PyPI'],
    [`${CUDA}RUN pip install torch==2.1.0+cu118│\n`, 'CUDA: 11.8'],
    [`${CUDA}RUN pip install tensorflow==2.13│.0\n`, 'CUDA: 11.8'],
    [`${CUDA}RUN pip install tensorrt-cu12│==10.3.0\n`, 'CUDA: 12'],
    [`${CUDA}ENV TORCH_CUDA_ARCH_LIST="8.6;8.│9+PTX"\n`, 'nvcc: from CUDA 11.8'],
    [`${CUDA}RUN nvcc -arch=sm_8│6 x.cu\n`, 'Architecture: Ampere'],
    [`${CUDA}RUN cmake -DCMAKE_CUDA_ARCHITECTURES=8│6 .\n`, 'Architecture: Ampere'],
    [`${CUDA}RUN echo $CUDA_VER│SION\n`, 'Value here: 11.6.2'],
    [`${CUDA}ENV NVIDIA_VISIBLE_DEV│ICES=0\n`, 'Meaning: GPUs exposed'],
    [`${CUDA}RUN apt-get install -y libnvinfer10=10.8.0.│43-1+cuda12.8\n`, 'GPUs: compute capability 7.5 to 12.0'],
    [`${CUDA}ENV CUDA_VISIBLE_DEV│ICES=all\n`, 'Value here: all'],
  ])('%j', (marked, row) => {
    expect(rowsAt(marked)).toContain(row);
  });

  it.each([`${CUDA}RUN apt-get install -y cur│l\n`, `${CUDA}RUN pip install nu│mpy==1.26\n`, `${CUDA}RUN sleep 8│6\n`, `${CUDA}RUN echo CUDA_VER│SION\n`, `${CUDA}# a comm│ent\n`, '│'])(
    'is silent on %j',
    (marked) => {
      expect(cardAt(marked)).toBeUndefined();
    },
  );
});

it('shows at a keyword the stack of the moment and what the line changed', () => {
  expect(rowsAt('FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nRU│N pip install torch==2.4.0\n')).toEqual([
    'Stack after this line: CUDA 12.4.1 · PyTorch 2.4.0 · Ubuntu 22.04',
    'This line brings: PyTorch 2.4.0',
  ]);
});

it('shows text of the file only as text', () => {
  const card: Card = { range: { start: 0, end: 1 }, title: '[x](command:evil) <img src=x>`*', rows: [['a|b', '[y](z)\n# h']], notes: [msg`**n**`], sources: [{ source: 'a [b](c)', checked: '2026-01-01' }] };
  const text = renderMarkdown(card);
  expect(text).not.toMatch(/(?<!\\)\[[^\]]*(?<!\\)\]\(|<img|^# /m);
  expect(renderPlain(card)).toContain('a|b: [y](z)');
});

it('links a source once, with its date', () => {
  const source = { source: 'https://example.com/a_b/', checked: '2026-01-01' };
  expect(renderMarkdown({ range: { start: 0, end: 1 }, title: 't', rows: [], notes: [], sources: [source, source] })).toBe('**t**\n\n[example.com/a\\_b](https://example.com/a_b/), 2026-01-01');
});

describe('a line of a requirements file', () => {
  const titleAt = (marked: string): Card['title'] | undefined => describeRequirementAt(marked.replace('│', ''), marked.indexOf('│'))?.title;

  it.each<[string, string]>([
    ['numpy==1.26\ntor│ch==2.1.0\n', 'torch==2.1.0'],
    ['│torch==2.1.0', 'torch==2.1.0'],
    ['torch==2.1.0│ ; python_version < "3.12"\n', 'torch==2.1.0'],
    ['--extra-index-url https://download.pytorch.org/whl/cu118\ntorch==2.1.0+cu1│18 # pinned\n', 'torch==2.1.0+cu118'],
    ['onnxruntime-gpu==1.16.3 \\\n    --hash=sha256:00\ntensorflow│==2.14.0\n', 'tensorflow==2.14.0'],
    ['Torch_TensorRT│==2.1.0\n', 'torch-tensorrt==2.1.0'],
  ])('%j', (marked, title) => {
    expect(titleAt(marked)).toBe(title);
  });

  it.each(['│', '# torch==2.1.│0\n', 'numpy==1.26│\n', 'torch│\n', 'torch>=2│\n', 'torch==99.0│\n', '-r torch==2.1│.0\n', 'torch==2.1.0\n│\n'])('says nothing at %j', (marked) => {
    expect(titleAt(marked)).toBeUndefined();
  });
});
