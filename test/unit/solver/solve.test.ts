import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { findCudaImage } from '../../../src/core/facts/cuda-images';
import { decodeImage } from '../../../src/core/image/decode';
import { formatText } from '../../../src/core/l10n/message';
import { currentOf } from '../../../src/core/solver/current';
import { writeDockerfile } from '../../../src/core/solver/dockerfile';
import type { Combination, Wishes } from '../../../src/core/solver/model';
import { solve } from '../../../src/core/solver/solve';
import { compareDotted, firstParts } from '../../../src/core/version/dotted';
import { readTargets } from '../../../src/core/target/read';
import { randomNumbers, randomWishes } from './wish-sets';

function first(wishes: Wishes, current = {}): Combination {
  const [combination] = solve(wishes, { count: 1, current }).combinations;
  if (combination === undefined) throw new Error(`no answer to ${JSON.stringify(wishes)}`);
  return combination;
}

function versionsOf({ components }: Combination): Record<string, string> {
  return Object.fromEntries(components.map(({ key, version }) => [key, version]));
}

describe('answers', () => {
  it('finds an image and pins for TensorRT 8.6, Python 3.10, PyTorch 2.1, driver 535 and an RTX 4090', () => {
    const answer = first({ tensorrt: '8.6', python: '3.10', torch: '2.1', driver: '535', gpu: 'RTX 4090' });
    expect(answer).toMatchObject({ image: 'nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04', family: 'apt', flavor: 'runtime' });
    expect(versionsOf(answer)).toMatchObject({ ubuntu: '22.04', cuda: '12.1.1', python: '3.10', tensorrt: '8.6.1.6', torch: '2.1.2' });
    expect(answer.apt.map((pin) => `${pin.package}=${pin.version}`)).toContain('python3-libnvinfer=8.6.1.6-1+cuda12.0');
    expect(answer.pip).toEqual([{ package: 'torch', specifier: '==2.1.2', index: undefined }]);
  });

  it.each<[string, Wishes, object]>([
    ['the newest that is proven comes first', { tensorrt: '8' }, { tensorrt: '8.6.1.6' }],
    ['a version of four parts is one release', { tensorrt: '8.6.1.6' }, { tensorrt: '8.6.1.6' }],
    ['a range has an upper end', { tensorrt: '>=8.4,<8.5' }, { tensorrt: '8.4.3.1' }],
    ['TensorRT 8.6 needs cuDNN 8', { tensorrt: '8.6', cuda: '12.1' }, { cuda: '12.1.1', cudnn: '8.9.0.131' }],
    ['TensorRT 10 needs none', { tensorrt: '10.9', ubuntu: '22.04', cuda: '12.8' }, { tensorrt: '10.9.0.34' }],
    ['a wheel for another CUDA comes from its own index', { torch: '2.1.2+cu118' }, { torch: '2.1.2' }],
    ['TensorFlow takes the CUDA and cuDNN of the image', { tensorflow: '2.15', tensorrt: '8.6' }, { tensorrt: '8.6.1.6', cudnn: '8.9.0.131' }],
    ['an NGC image is taken as it is', { tensorrt: '8.6.1', python: '3.10', family: 'ngc' }, { tensorrt: '8.6.1.6', python: '3.10' }],
  ])('%s', (_, wishes, versions) => {
    expect(versionsOf(first(wishes))).toMatchObject(versions);
  });

  it('says what is not proven', () => {
    const { certainty, reasons } = first({ onnxruntime: '1.16' });
    expect(certainty).toBe('assumed');
    expect(reasons.filter(({ grade }) => grade === 'unknown').map(({ text }) => formatText(text))).toEqual(['For which Pythons ONNX Runtime 1.16 has wheels is not in the tables.']);
    expect(first({ cuda: '12.1' }).certainty).toBe('derived');
  });

  it('gives every proven reason a source', () => {
    const { reasons } = first({ tensorrt: '8.6', torch: '2.1', tensorflow: '2.12', onnxruntime: '1.17', driver: '470', gpu: 'T4' });
    expect(reasons.filter(({ grade, evidence }) => grade === 'fits' && (evidence?.source ?? '') === '')).toEqual([]);
  });

  it('tells minor-version from forward compatibility', () => {
    const gradeOf = (wishes: Wishes): readonly string[] => first(wishes).reasons.filter(({ text }) => /^CUDA 12\.4\.1.*driver/.test(formatText(text))).map(({ grade }) => grade);
    expect(gradeOf({ cuda: '12.4', driver: '550.54.15' })).toEqual(['fits']);
    expect(gradeOf({ cuda: '12.4', driver: '535.54.03', gpu: 'RTX 3090' })).toEqual(['note']);
    expect(gradeOf({ cuda: '12.4', driver: '470.82.01', gpu: 'A100' })).toEqual(['note']);
  });

  it('compiles against PyTorch in a devel image of its CUDA', () => {
    const answer = first({ torch: '2.4+cu118', compile: true });
    expect(answer.flavor).toBe('devel');
    expect(versionsOf(answer)['cuda']).toBe('11.8.0');
  });

  it('pins the packages that are wished for', () => {
    const { apt } = first({ tensorrt: '8.6', packages: ['libnvinfer-bin'] });
    expect(apt[0]).toEqual({ package: 'libnvinfer-bin', version: '8.6.1.6-1+cuda12.0', added: false });
    expect(versionsOf(first({ packages: ['libnvparsers8'] }))['tensorrt']).toMatch(/^8\./);
  });

  it('changes as little as can be of what is there', () => {
    const image = decodeImage('nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04');
    const current = currentOf(image?.components ?? [], image?.flavor);
    expect(current).toMatchObject({ cuda: '11.6.2', ubuntu: '20.04', flavor: 'devel' });
    expect(first({ tensorrt: '8' }, current).image).toBe('nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04');
    const upgraded = first({ tensorrt: '8' }, { ...current, tensorrt: '8.4.2' });
    expect([upgraded.image, versionsOf(upgraded)['tensorrt']]).toEqual(['nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04', '8.4.2.4']);
    expect(first({ tensorrt: '10' }, current).image).toContain('-devel-ubuntu20.04');
  });

  it('runs on every one of several GPUs', () => {
    expect(versionsOf(first({ tensorrt: '10', gpu: ['V100', 'RTX 4090'] }))['tensorrt']).toBe('10.4.0.26');
  });
});

describe('conflicts', () => {
  it.each<[Wishes, readonly string[], RegExp, readonly (string | RegExp)[]]>([
    [{ tensorrt: '8.6', cuda: '13' }, ['TensorRT 8.6', 'CUDA 13'], /^TensorRT 8\.6\.1\.6 is built for CUDA 11\.8 and 12\.0/, ['CUDA 12.1.1 instead of CUDA 13', /^TensorRT 10\.[\d.]+ instead of TensorRT 8\.6$/]],
    [{ tensorrt: '10.13', gpu: 'V100' }, ['TensorRT 10.13', 'V100'], /needs compute capability 7\.5 or higher; V100 has 7\.0; Volta was removed in TensorRT 10\.5\.0/, ['TensorRT 10.4.0 instead of TensorRT 10.13', 'a GPU of compute capability 7.5 (Turing) instead of V100']],
    [{ cuda: '12.4', driver: '470' }, ['CUDA 12.4', 'driver 470'], /needs driver 525\.60\.13 or newer; the host has 470\. On data-center GPUs alone cuda-compat can bridge that/, ['CUDA 11.4.3 instead of CUDA 12.4', 'driver 525.60.13 or newer instead of driver 470']],
    [{ cuda: '12.4', driver: '470', gpu: 'RTX 3090' }, ['CUDA 12.4', 'driver 470'], /Forward compatibility \(cuda-compat\) is for data-center GPUs, not for RTX 3090/, ['CUDA 11.4.3 instead of CUDA 12.4', 'driver 525.60.13 or newer instead of driver 470']],
    [{ cuda: '12.9', driver: '570', gpu: 'RTX 5090' }, ['CUDA 12.9', 'driver 570'], /does not start with 570 on RTX 5090/, ['CUDA 12.8.1 instead of CUDA 12.9', 'driver 575.51.03 or newer instead of driver 570']],
    [{ cuda: '13', gpu: 'V100', python: '3.10' }, ['CUDA 13', 'V100'], /no longer compiles for V100/, [/^CUDA 12\.[\d.]+ instead of CUDA 13$/, 'a GPU of compute capability 7.5 (Turing) instead of V100']],
    [{ python: '3.8', ubuntu: '22.04' }, ['Python 3.8', 'Ubuntu 22.04'], /is 3\.10/, ['Ubuntu 20.04 instead of Ubuntu 22.04', 'Python 3.10 instead of Python 3.8']],
    [{ cuda: '13', ubuntu: '18.04' }, ['CUDA 13', 'Ubuntu 18.04'], /^With Ubuntu 18\.04 there is CUDA 12\.0\.1/, ['CUDA 12.0.1 instead of CUDA 13', 'Ubuntu 22.04 instead of Ubuntu 18.04']],
    [{ gpu: 'Jetson AGX Orin', tensorrt: '8' }, ['Jetson AGX Orin'], /Jetson module/, ['a GPU of compute capability 8.6 (Ampere) instead of Jetson AGX Orin']],
    [{ torch: '99.1' }, ['PyTorch 99.1'], /^The tables have PyTorch 2\..*99\.1 is not in them/, [/^PyTorch 2\.[\d.]+ instead of PyTorch 99\.1$/]],
    [{ tensorrt: '10', packages: ['libnvparsers8'] }, ['TensorRT 10', 'libnvparsers8'], /is not known to have libnvparsers8/, ['TensorRT 8.6.1 instead of TensorRT 10', 'without libnvparsers8']],
    [{ tensorflow: '2.15', flavor: 'base' }, ['TensorFlow 2.15', 'flavor base'], /a base image lacks/, ['flavor runtime instead of flavor base']],
  ])('%j', (wishes, labels, reason, relaxations) => {
    const { combinations, conflict } = solve(wishes);
    expect(combinations).toEqual([]);
    expect(conflict?.wishes.map(({ label }) => formatText(label))).toEqual(labels);
    expect(formatText(conflict?.reasons[0]?.text ?? '')).toMatch(reason);
    const offered = conflict?.relaxations.map(({ text }) => formatText(text)) ?? [];
    for (const wanted of relaxations) expect(offered.some((text) => (typeof wanted === 'string' ? text === wanted : wanted.test(text))), `${String(wanted)} in ${offered.join('; ')}`).toBe(true);
  });

  it('asks for nothing, and answers nothing, when no answer is wanted', () => {
    expect(solve({ cuda: '12' }, { count: 0 })).toEqual({ combinations: [], conflict: undefined, problems: [] });
  });

  it('gives up two wishes where one is not enough', () => {
    const { conflict } = solve({ tensorrt: '8.6', cuda: '13', python: '3.11' });
    expect(conflict?.wishes.map(({ label }) => formatText(label))).toEqual(['Python 3.11']);
    expect(conflict?.relaxations.map(({ instead }) => instead.length)).toEqual([2, 2]);
  });
});

describe('what an answer is made of', { timeout: 30_000 }, () => {
  const random = randomNumbers(7);
  const answers = Array.from({ length: 100 }, () => randomWishes(random, 0.25)).map((wishes) => ({ wishes, combinations: solve(wishes, { count: 8 }).combinations }));

  it('is served, known to the decoder, and free of findings of our own rules', () => {
    for (const { wishes, combinations } of answers) {
      for (const combination of combinations.slice(0, 2)) {
        const text = `${writeDockerfile(combination)}\n`;
        const [name = '', tag = ''] = combination.image.split(':');
        if (name === 'nvidia/cuda') expect(findCudaImage(tag)?.status, tag).toBe('served');
        else expect(decodeImage(combination.image)?.family, combination.image).toMatch(/^ngc-/);
        const gpus = [wishes.gpu ?? []].flat();
        const { targets } = readTargets([{ name: 'host', platform: 'linux/amd64', ...(gpus.length > 0 && { gpus }), ...(wishes.driver !== undefined && { driver: wishes.driver }) }]);
        const { findings } = analyse(text, 'Dockerfile', { targets });
        expect(findings.filter(({ severity }) => severity === 'error').map(({ message }) => message), `${JSON.stringify(wishes)}\n${text}`).toEqual([]);
      }
    }
  });

  it('is ranked by doubts, then by the newest TensorRT, then by the newest PyTorch', () => {
    const isOlder = (a = '0', b = '0'): boolean => compareDotted(firstParts(a, 3), firstParts(b, 3)) < 0;
    for (const { wishes, combinations: all } of answers) {
      // NGC images can have two doubts that read the same.
      const combinations = all.filter(({ family }) => family !== 'ngc');
      const doubts = combinations.map(({ reasons }) => reasons.filter(({ grade }) => grade === 'unknown' || grade === 'partial').length);
      combinations.slice(1).forEach((combination, i) => {
        const before = combinations[i];
        if (before === undefined) return;
        const text = `${JSON.stringify(wishes)}: ${before.image} before ${combination.image}`;
        expect(doubts[i], text).toBeLessThanOrEqual(doubts[i + 1] ?? 0);
        if (doubts[i] !== doubts[i + 1]) return;
        const [one, other] = [versionsOf(before), versionsOf(combination)];
        if (wishes.tensorrt !== undefined) expect(isOlder(one['tensorrt'], other['tensorrt']), text).toBe(false);
        if (wishes.torch !== undefined && one['tensorrt'] === other['tensorrt']) expect(isOlder(one['torch'], other['torch']), text).toBe(false);
      });
    }
  });

  it('has nothing that was said to be of the wished version and is not', () => {
    for (const { wishes, combinations } of answers) {
      for (const combination of combinations.slice(0, 2)) {
        const versions = versionsOf(combination);
        for (const key of ['tensorrt', 'cuda', 'python', 'torch', 'tensorflow', 'onnxruntime'] as const) {
          const wish = wishes[key];
          if (wish !== undefined && /^[\d.]+$/.test(wish)) expect(`${versions[key] ?? ''}.`.startsWith(`${wish}.`) || `${wish}.`.startsWith(`${versions[key] ?? ''}.`), `${key} ${wish}: ${versions[key] ?? ''}`).toBe(true);
        }
      }
    }
  });
});
