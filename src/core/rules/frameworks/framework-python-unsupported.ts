import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, tensorflowRelease, torchRelease } from '../../facts/frameworks';
import type { DecodedImage } from '../../image/model';
import { msg, type Text } from '../../l10n/message';
import { compareDotted } from '../../version/dotted';
import { exactVersionOf, parsePep440 } from '../../version/pep440';
import { defineRule, type Related } from '../model';
import { endsBuild } from '../support/build-failure';
import { rootStage } from '../support/absence';
import { asksOnlyKnownSources, listPipUses, locateRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';

export const rule = defineRule({
  id: 'framework-python-unsupported',
  family: 'frameworks',
  severity: 'error',
  summary: 'A version of PyTorch or TensorFlow has no wheel for the Python of the stage.',
  messages: {
    unsupported: '{name} {version} has wheels for Python {range}, and pip runs with Python {python} here: `No matching distribution found for {requirement}`.',
  },
  docs: {
    what: '`torch` or `tensorflow` is pinned to a release that was never built for the Python with which pip runs.',
    why: 'A release has wheels for the Pythons of its time: TensorFlow 2.4 for [3.6 to 3.8](https://www.tensorflow.org/install/source#gpu), PyTorch 2.1 for 3.8 to 3.11. Neither is on PyPI in source form, so pip finds nothing.',
    instead: 'Another base image with a Python that the release knows, or a release that knows this Python.',
    silent: 'It is not known which Python pip runs with (conda, pyenv, uv), several are there, or the packages come from an index that may have other builds.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an old TensorFlow on a new Ubuntu',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install numpy «tensorflow==2.4.1»\n',
      messageId: 'unsupported',
    },
    {
      kind: 'bad',
      title: 'a new PyTorch on an old Ubuntu',
      text: 'FROM nvidia/cuda:12.2.2-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install «torch==2.5.1»\n',
      messageId: 'unsupported',
    },
    {
      kind: 'bad',
      title: 'the Python that the command names',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y python3-pip python3.12\nRUN python3.12 -m pip install «torch==2.1.2»\n',
      messageId: 'unsupported',
    },
    {
      kind: 'good',
      title: 'a Python of its time',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow==2.12.0 torch==2.1.2\n',
    },
    {
      kind: 'good',
      title: 'Python of conda',
      text: 'FROM continuumio/miniconda3\nRUN conda create -n tf python=3.8 && conda run -n tf pip install tensorflow==2.4.1\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const release = findRelease(use);
      if (release === undefined || isPreinstalled(use)) continue;
      const python = pipPython(use.stage, use.before, use.action);
      if (python === undefined || isWithin(python.version, release.pythons) || !asksOnlyKnownSources(use, PYTORCH)) continue;
      const { requirement, action, step } = use;
      const where = python.component?.where;
      const related: readonly Related[] = where === undefined ? [] : [{ location: where, message: msg`Python ${python.version} comes in here.` }];
      report({
        messageId: 'unsupported',
        severity: endsBuild(action.command, step, stack) || requirement.origin === 'requirements' ? severityFor(use, isSure(rootStage(use.stage).base.image) ? 'error' : 'warning') : 'warning',
        data: { name: release.name, version: release.version, range: describeRange(release.pythons), python: python.version, requirement: requirement.text.value.trim() },
        location: locateRequirement(use),
        evidence: [release.evidence, ...(python.component?.evidence === undefined ? [] : [python.component.evidence])],
        related,
      });
    }
  },
});

const PYTORCH = /^https?:\/\/download(?:-r2)?\.pytorch\.org\/whl\b/;

interface PinnedRelease {
  readonly name: 'PyTorch' | 'TensorFlow';
  readonly version: string;
  readonly pythons: readonly string[];
  readonly evidence: Evidence;
}

function findRelease({ requirement: { name, specifier, url } }: PipUse): PinnedRelease | undefined {
  const exact = url === undefined ? exactVersionOf(specifier) : undefined;
  const version = exact === undefined ? undefined : parsePep440(exact)?.public;
  if (version === undefined || !/^\d+\.\d+(?:\.\d+)*$/.test(version)) return undefined;
  if (name === 'torch') {
    const release = torchRelease(version);
    return release?.python === undefined
      ? undefined
      : { name: 'PyTorch', version, pythons: release.python, evidence: evidenceOf('PyTorch', release.version, release.python, release.source, release.checked) };
  }
  if (name !== 'tensorflow' && name !== 'tensorflow-gpu' && name !== 'tensorflow-cpu') return undefined;
  const release = tensorflowRelease(version);
  return release === undefined || release.python === null
    ? undefined
    : { name: 'TensorFlow', version, pythons: release.python, evidence: evidenceOf('TensorFlow', release.version, release.python, release.source, frameworksChecked()) };
}

function evidenceOf(name: string, version: string, pythons: readonly string[], source: string, checked: string): Evidence {
  return { fact: msg`${name} ${version} has wheels for Python ${describeRange(pythons)}`, source, checked };
}

function sorted(pythons: readonly string[]): readonly string[] {
  return [...pythons].sort(compareDotted);
}

function describeRange(pythons: readonly string[]): Text {
  const [first, ...rest] = sorted(pythons).filter((python) => python.startsWith('3.'));
  const last = rest.at(-1);
  return last === undefined ? (first ?? '') : msg`${first ?? ''} to ${last}`;
}

/** Between the oldest and the newest Python: a gap in the list proves nothing. */
function isWithin(python: string, pythons: readonly string[]): boolean {
  const [first, ...rest] = sorted(pythons);
  const last = rest.at(-1) ?? first;
  return first === undefined || last === undefined || (compareDotted(python, first) >= 0 && compareDotted(python, last) <= 0);
}

/** What the image has already is not fetched. */
function isPreinstalled({ before, requirement: { name } }: PipUse): boolean {
  const kind = name === 'torch' ? 'torch' : 'tensorflow';
  return before.components.some((item) => item.kind === kind && (item.via === 'base-image' || item.via === 'copy'));
}

/** An image of which it is known that it has no other Python, and no wheels. */
function isSure(image: DecodedImage | undefined): boolean {
  return image !== undefined && !image.mirrored && (image.family === 'nvidia-cuda' || image.family === 'distribution' || image.family === 'python');
}
