// Completion never offers a tag or version that does not exist: all that is offered in a few hundred files is looked up in
// the tables themselves, not through the functions that the offers come from.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { complete } from '../../../src/core/assist/complete';
import { completeCompose } from '../../../src/core/assist/completion/compose';
import { completeDevcontainer } from '../../../src/core/assist/completion/devcontainer';
import type { Completion } from '../../../src/core/assist/completion/model';
import { completeRequirements } from '../../../src/core/assist/completion/requirements';
import { analyse, registry } from '../../../src/core/engine/analyse';
import { exampleFile } from '../../../src/core/engine/example';
import { parseMarks } from '../../../src/core/engine/marks';
import { toPlain } from '../../../src/core/schema/plain';
import type { StackReport } from '../../../src/core/stack/model';
import type { Target, TargetSource } from '../../../src/core/target/model';
import { readTargets } from '../../../src/core/target/read';

type Row = Readonly<Record<string, unknown>>;

/** The rows of a table as they are written. */
function readTable(name: string): readonly Row[] {
  const { columns, rows } = JSON.parse(readFileSync(path.join(__dirname, '../../../src/core/facts/tables', `${name}.json`), 'utf8')) as { columns: string[]; rows: unknown[][] };
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
}

const SERVED = new Set(readTable('cuda-images').flatMap(({ tag, status }) => (status === 'served' ? [tag] : [])));
const NGC_TAGS = new Set(readTable('ngc-images').flatMap(({ image, release, tags }) => (tags as string[]).map((suffix) => `${String(image)}:${String(release)}-${suffix}`)));
const APT = ['tensorrt', 'cudnn', 'nccl'].flatMap((name) => readTable(`${name}-apt-builds`)).map((row) => row as { version: string; distro: string | null; repository: string; packages: string[] });
const TENSORRT_PACKAGES = new Set(readTable('tensorrt-packages').map(({ name }) => String(name).replace('{M}', '')));
const TORCH = readTable('torch-releases').flatMap((row) => (row['kind'] === 'release' || row['kind'] === 'binaries' ? [row as { version: string; variants: [string | null, string | null, string | null][] | null }] : []));
const TENSORFLOW = new Set(readTable('tensorflow-releases').map(({ version }) => version));
const ONNXRUNTIME = new Set(readTable('onnxruntime-releases').flatMap(({ version, pypi }) => (pypi === true ? [version] : [])));
const PIP = new Set(readTable('tensorrt-pip-versions').map((row) => `${String(row['package'])}==${String(row['version'])}`));
const CAPABILITIES = readTable('compute-capabilities').map((row) => String(row['computeCapability']));

/** What is wrong with a pin of apt; undefined where the table has the version, or the same build of TensorRT under another name of its packages. */
function judgePin(pin: string, distro: string): string | undefined {
  const [, name = '', version = ''] = /^([^=]+)=(.+)$/.exec(pin) ?? [];
  const isThere = (build: (typeof APT)[number]): boolean => build.distro === null || build.distro === distro;
  if (APT.some((build) => build.version === version && isThere(build) && build.packages.includes(name))) return undefined;
  const [, release, cuda] = /^(\d+\.\d+\.\d+)[\d.]*-\d+\+cuda([\d.]+)$/.exec(version) ?? [];
  // The packages of a release for one CUDA are published together.
  const isSameBuild = ({ version: seen }: (typeof APT)[number]): boolean => seen.startsWith(`${release ?? ''}-`) || seen.startsWith(`${release ?? ''}.`);
  const isTensorRT = TENSORRT_PACKAGES.has(name.replace(/\d+$/, ''));
  return isTensorRT && release !== undefined && APT.some((build) => isSameBuild(build) && build.version.endsWith(`+cuda${cuda ?? ''}`)) ? undefined : `${pin} was not seen for ${distro}`;
}

function judgeWheel(name: string, offered: string): string | undefined {
  const [version = '', ...options] = offered.split(' ');
  const isKnown = (): boolean => {
    switch (name) {
      case 'torch': {
        const [release, tag] = version.split('+');
        const row = TORCH.find((one) => one.version === release);
        const index = options[1];
        return row !== undefined && (tag === undefined || row.variants?.some((variant) => variant[0] === tag && (index === undefined || variant[2] === index)) === true);
      }
      case 'tensorflow':
        return TENSORFLOW.has(version);
      case 'onnxruntime-gpu':
        return version.endsWith('.*') && ONNXRUNTIME.has(version.slice(0, -2));
      default:
        return PIP.has(`${name}==${version}`);
    }
  };
  return isKnown() ? undefined : `there is no ${name}==${offered}`;
}

/** Values that name no version: of the container toolkit, of Compose and of docker run. */
const WORD = /^(?:compute|utility|video|graphics|display|compat32|all|none|void|gpu|nvidia|8gb|host|1|\["0"\]|\[gpu\]|,)+$/;

/** What is wrong with one offer at the end of `before`; undefined where it is true. */
function judge({ kind, newText, reference, range }: Completion, text: string, distro: string | undefined): string | undefined {
  const before = text.slice(text.lastIndexOf('\n', range.start - 1) + 1, range.start);
  switch (kind) {
    case 'image': {
      if (reference === undefined) return /^(?:nvidia\/cuda|nvcr\.io\/nvidia\/(?:tensorrt|pytorch|tritonserver|tensorflow)):$/.test(newText) ? undefined : `there is no image ${newText}`;
      const [, name = '', tag = ''] = /^(.+):([^:]+)$/.exec(reference) ?? [];
      // The value of a build argument may be a part of a tag.
      if (tag !== newText && !(tag.includes(newText) && /^\s*ARG\s+\w+=["']?$/i.test(before))) return `${newText} is not the tag of ${reference}`;
      return (/(?:^|\/)nvidia\/cuda$/.test(name) ? SERVED.has(tag) : NGC_TAGS.has(reference)) ? undefined : `there is no ${reference}`;
    }
    case 'version': {
      const [, name = '', sign] = /([\w.-]+)(?:\[[\w,-]*\])?\s*(={1,3})\s*$/.exec(before) ?? [];
      if (sign === '=') return distro === undefined ? 'a version without a repository' : judgePin(`${name}=${newText}`, distro);
      return judgeWheel(name.toLowerCase().replace(/[_.]/g, '-'), newText);
    }
    case 'package': {
      if (distro === undefined) return 'a package without a repository';
      const words = newText.split(/[\s\\]+/);
      return words.flatMap((word) => (word.includes('=') ? (judgePin(word, distro) ?? []) : APT.some(({ packages }) => packages.includes(word)) || TENSORRT_PACKAGES.has(word.replace(/\d+$/, '')) ? [] : `there is no package ${word}`))[0];
    }
    case 'variable':
      return /^NVIDIA_(?:VISIBLE_DEVICES|DRIVER_CAPABILITIES)(?:=|: )$/.test(newText) ? undefined : `there is no variable ${newText}`;
    case 'value': {
      if (newText.startsWith('http')) return TORCH.some(({ variants }) => variants?.some((variant) => variant[2] === newText) === true) ? undefined : `there is no index ${newText}`;
      if (/(?:ARCH|CUDA_ARCHITECTURES)/.test(before)) {
        const unknown = newText.replace('+PTX', '').split(';').filter((one) => !CAPABILITIES.some((known) => known === one || known.replace('.', '') === one));
        return unknown.length === 0 ? undefined : `there is no compute capability ${unknown.join()}`;
      }
      if (WORD.test(newText.trim())) return undefined;
      // Structure of Compose and devcontainer.json: no image, no version.
      return /nvidia\/|nvcr|cuda|\d\.\d/.test(newText) ? `${newText} names a version` : undefined;
    }
  }
}

function distroAt({ stages }: StackReport, offset: number): string | undefined {
  const stage = stages.findLast(({ stage: { range } }) => range.start <= offset);
  const step = stage?.steps.findLast(({ instruction: { range } }) => range.start < offset);
  return step?.before.apt.repositories.findLast(({ repository, distro }) => repository === 'cuda' && distro !== undefined)?.distro;
}

interface Sum {
  positions: number;
  offers: number;
  readonly wrong: Set<string>;
}

const sum = (): Sum => ({ positions: 0, offers: 0, wrong: new Set() });

function collect(into: Sum, offers: readonly Completion[], text: string, distro?: string): void {
  if (offers.length > 0) into.positions++;
  into.offers += offers.length;
  for (const offer of offers) {
    const fault = judge(offer, text, distro);
    if (fault !== undefined) into.wrong.add(fault);
  }
}

/** Places where a word begins or goes on. */
function* placesOf(text: string): Generator<number> {
  for (const { index } of text.matchAll(/(?<=[:=/,;"'-]|\b[a-zA-Z]\w{3})/g)) yield index;
}

function tryFile(into: Sum, text: string, file: string, targets: readonly Target[]): void {
  switch (file) {
    case 'Dockerfile': {
      const { stack } = analyse(text, file, {});
      if (stack === undefined) return;
      for (const offset of placesOf(text)) collect(into, complete(stack, offset, targets), text, distroAt(stack, offset));
      break;
    }
    case 'compose.yaml':
      for (const offset of placesOf(text)) collect(into, completeCompose(text, offset, targets), text);
      break;
    case 'requirements.txt':
      for (const offset of placesOf(text)) collect(into, completeRequirements(text, offset, targets), text);
      break;
    default:
      for (const offset of placesOf(text)) collect(into, completeDevcontainer(text, offset, targets), text);
  }
}

const TARGETS = readTargets(toPlain([{ name: 'server', driver: '535.183.06', gpus: ['RTX 4090', 'A100'] }] satisfies TargetSource[])).targets;

it('every offer within the examples of all rules is true', () => {
  const found = sum();
  for (const rule of registry.rules) {
    for (const { text, targets } of rule.examples) {
      tryFile(found, parseMarks(text).text, exampleFile(rule).file, targets === undefined ? [] : readTargets(toPlain(targets)).targets);
    }
  }
  expect([...found.wrong]).toEqual([]);
  expect(found.positions).toBeGreaterThan(5000);
  expect(found.offers).toBeGreaterThan(50_000);
}, 120_000);

const BASES = ['11.0.3-devel-ubuntu20.04', '11.4.3-runtime-ubuntu20.04', '11.6.2-devel-ubuntu20.04', '11.8.0-cudnn8-devel-ubuntu22.04', '12.1.1-devel-ubuntu20.04', '12.2.2-cudnn8-runtime-ubuntu22.04', '12.4.1-devel-ubuntu22.04', '12.6.3-cudnn-devel-ubuntu24.04', '12.8.1-base-ubuntu24.04', '13.0.2-devel-ubuntu24.04'];

describe.each(BASES)('on nvidia/cuda:%s', (tag) => {
  it.each([['no target', []], ['a target', TARGETS]] as const)('with %s every package, pin, wheel, index and architecture that is offered is true', (_, targets) => {
    const found = sum();
    const lines = [
      ...['libnv', 'libnvinfer', 'libcudnn', 'tensorrt', 'python3-libnvinfer', 'libnccl'].map((name) => `RUN apt-get install -y ${name}`),
      ...['libnvinfer8', 'libnvinfer10', 'libnvinfer-dev', 'libnvinfer-bin', 'libnvonnxparsers-dev', 'python3-libnvinfer-dev', 'tensorrt', 'tensorrt-dev', 'libcudnn8', 'libcudnn8-dev', 'libcudnn9-cuda-12', 'libcudnn9-dev-cuda-12', 'libcudnn9-cuda-13', 'libnccl2', 'libnccl-dev'].map((name) => `RUN apt-get install -y ${name}=`),
      ...['torch', 'tensorflow', 'onnxruntime-gpu', 'tensorrt', 'tensorrt-cu12', 'tensorrt_lean_cu13', 'nvidia-tensorrt'].map((name) => `RUN pip install ${name}==`),
      ...['torch==2.1.0+', 'torch==2.', 'torch==1.12.1+cu'].map((word) => `RUN pip install ${word}`),
      ...['--index-url ', '--extra-index-url ', '-f '].map((option) => `RUN pip install torch==1.12.1 ${option}`),
      ...['cu118', 'cu126'].map((index) => `RUN pip install --index-url https://download.pytorch.org/whl/${index} torch==`),
      ...['cu121', 'cu128'].map((index) => `RUN pip install --extra-index-url https://download.pytorch.org/whl/${index} torch==`),
      'ENV TORCH_CUDA_ARCH_LIST="',
      'RUN cmake -DCMAKE_CUDA_ARCHITECTURES=',
    ];
    for (const line of lines) {
      const text = `FROM nvidia/cuda:${tag}\n${line}`;
      const { stack } = analyse(text, 'Dockerfile', {});
      if (stack !== undefined) collect(found, complete(stack, text.length, targets), text, distroAt(stack, text.length));
    }
    expect([...found.wrong]).toEqual([]);
    expect(found.offers).toBeGreaterThan(200);
  });
});

it('every tag that is offered for a name and a beginning is there', () => {
  const found = sum();
  for (const name of ['nvidia/cuda', 'docker.io/nvidia/cuda', 'nvcr.io/nvidia/cuda', 'nvcr.io/nvidia/tensorrt', 'nvcr.io/nvidia/pytorch', 'nvcr.io/nvidia/tritonserver', 'nvcr.io/nvidia/tensorflow']) {
    for (const typed of ['', '1', '2', '10', '11', '11.', '12', '12.', '13', ...Array.from({ length: 7 }, (_, year) => String(20 + year)), '24.0', '24.1', '23.08-', '22.12-tf']) {
      for (const rest of ['', '\nRUN make\n', '\nRUN pip install torch==2.1.0+cu118 tensorflow==2.13.0\n']) {
        const text = `FROM ${name}:${typed}${rest}`;
        const { stack } = analyse(text, 'Dockerfile', {});
        if (stack !== undefined) collect(found, complete(stack, `FROM ${name}:${typed}`.length, TARGETS), text);
        collect(found, completeCompose(`services:\n  a:\n    image: ${name}:${typed}`, `services:\n  a:\n    image: ${name}:${typed}`.length), '');
      }
    }
  }
  expect([...found.wrong]).toEqual([]);
  expect(found.offers).toBeGreaterThan(5000);
});

it('every offer within requirements files is true', () => {
  const found = sum();
  for (const index of ['', '--extra-index-url https://download.pytorch.org/whl/cu118\n', '--index-url https://download.pytorch.org/whl/cu126\n', '-f https://download.pytorch.org/whl/torch_stable.html\n']) {
    tryFile(found, `${index}torch==2.1.0+cu118\ntensorflow==2.14.0\nonnxruntime-gpu==1.18.1\ntensorrt-cu12==10.3.0\nTensorRT == 8.6.1\n--extra-index-url https://download.pytorch.org/whl/cu121\n`, 'requirements.txt', []);
  }
  expect([...found.wrong]).toEqual([]);
  expect(found.offers).toBeGreaterThan(300);
});
