import { tensorRTPipFacts, type PipFact } from '../../facts/tensorrt-pip';
import { exactVersionOf, parsePep440 } from '../../version/pep440';
import { defineRule, type Fix, type Severity } from '../model';
import { listPipUses, locateRequirement, reachesNvidiaIndex, severityFor, type PipUse } from '../support/pip-installs';
import { addIndex, modernRequirement, requireInstead } from './pip-packages';

type MessageId = 'placeholder' | 'dependency' | 'stub' | 'unresolved';

export const rule = defineRule<MessageId>({
  id: 'tensorrt-pip-index-missing',
  family: 'tensorrt',
  severity: 'error',
  summary: 'pip is to install a package of NVIDIA’s index without being told of that index.',
  messages: {
    placeholder: 'PyPI has no {requirement} that works; the wheels are on {index}, which pip is not told of here: `No matching distribution found for {name}`.',
    dependency: '{requirement} needs tensorrt-libs==8.6.1, which is on {index} alone, and pip is not told of it here: `No matching distribution found for tensorrt-libs==8.6.1`.',
    stub: 'On PyPI {requirement} is a stub; the wheels, and the TensorRT that they need, are on {index}, which pip is not told of here.',
    unresolved: '{requirement} without a version takes the newest, whose dependency is on none of the indexes asked here: `No matching distribution found for tensorrt~=8.5`.',
  },
  docs: {
    what: 'pip installs `nvidia-tensorrt`, `nvidia-tensorflow`, `tensorrt-libs`, TensorRT 9, TensorRT-LLM or `tensorflow[and-cuda]==2.15.0`, and no option, variable or configuration names NVIDIA’s index.',
    why: 'These packages, or something that they need, are not on PyPI. There stands a [placeholder](https://github.com/NVIDIA/TensorRT/issues/1426) or [nothing](https://github.com/tensorflow/tensorflow/issues/66517) in their place, and the build ends with `No matching distribution found`.',
    instead: 'Name the index (`--extra-index-url https://pypi.nvidia.com`), or take a package that PyPI serves: `tensorrt` from 8.5 on, `tensorrt-cu12`.',
    silent: 'An earlier `nvidia-pyindex`, `PIP_EXTRA_INDEX_URL`, a file of pip’s configuration, or an index that may mirror anything.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the name of before 8.5',
      text: 'FROM python:3.7-slim\nRUN pip install «nvidia-tensorrt»\n',
      messageId: 'placeholder',
      fixed: 'FROM python:3.7-slim\nRUN pip install tensorrt==8.5.3.1\n',
    },
    {
      kind: 'bad',
      title: 'the libraries of 8.6',
      text: 'FROM python:3.10-slim\nRUN pip install «tensorrt-libs==8.6.1» tensorrt-bindings==8.6.1\n',
      messageId: 'placeholder',
      fixed: 'FROM python:3.10-slim\nRUN pip install tensorrt-libs==8.6.1 tensorrt-bindings==8.6.1 --extra-index-url https://pypi.nvidia.com\n',
    },
    {
      kind: 'bad',
      title: 'TensorFlow 2.15.0 asks for them',
      text: 'FROM python:3.11-slim\nRUN pip install «"tensorflow[and-cuda]==2.15.0"»\n',
      messageId: 'dependency',
      fixed: 'FROM python:3.11-slim\nRUN pip install "tensorflow[and-cuda]==2.15.0" --extra-index-url https://pypi.nvidia.com\n',
    },
    {
      kind: 'bad',
      title: 'TensorRT-LLM before 1.0',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip openmpi-bin libopenmpi-dev\nRUN pip3 install «tensorrt_llm==0.12.0»\n',
      messageId: 'stub',
      severity: 'information',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip openmpi-bin libopenmpi-dev\nRUN pip3 install tensorrt_llm==0.12.0 --extra-index-url https://pypi.nvidia.com\n',
    },
    {
      kind: 'bad',
      title: 'the index is there, a dependency is not',
      text: 'FROM nvidia/cuda:11.3.1-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip && pip3 install nvidia-pyindex\nRUN pip3 install «"nvidia-tensorflow[horovod]"»\n',
      messageId: 'unresolved',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'in a file of requirements',
      text: 'FROM python:3.10-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n',
      messageId: 'placeholder',
      context: { 'requirements.txt': 'numpy\n«tensorrt-libs==8.6.1»\n' },
    },
    {
      kind: 'good',
      title: 'the index in an option',
      text: 'FROM python:3.8-slim\nRUN pip install --extra-index-url https://pypi.ngc.nvidia.com nvidia-tensorrt==8.4.3.1\n',
    },
    {
      kind: 'good',
      title: 'the index in a variable',
      text: 'FROM python:3.10-slim\nENV PIP_EXTRA_INDEX_URL=https://pypi.nvidia.com\nRUN pip install tensorrt-libs==8.6.1\n',
    },
    {
      kind: 'good',
      title: 'the index by nvidia-pyindex',
      text: 'FROM python:3.8-slim\nRUN pip install nvidia-pyindex && pip install nvidia-tensorrt==8.4.3.1\n',
    },
    {
      kind: 'good',
      title: 'the index by pip config',
      text: 'FROM python:3.10-slim\nRUN pip config set global.extra-index-url https://pypi.nvidia.com && pip install tensorrt-libs==8.6.1\n',
    },
    {
      kind: 'good',
      title: 'an index that may have it',
      text: 'FROM python:3.10-slim\nRUN pip install --index-url https://pypi.example.com/simple tensorrt-libs==8.6.1\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const fact = missingIndex(use);
      if (fact === undefined) continue;
      const { messageId, severity, fixes } = describe(use, fact);
      const { name, text } = use.requirement;
      report({
        messageId,
        severity: severityFor(use, severity),
        data: { requirement: text.value.trim(), name, index: fact.value },
        location: locateRequirement(use),
        evidence: [fact, findFetch(use)].flatMap((each) => each?.evidence ?? []),
        fixes,
      });
    }
  },
});

/** The fact that a requirement cannot be met from where pip looks. */
function missingIndex(use: PipUse): PipFact | undefined {
  const { requirement, action } = use;
  const { name, specifier, extras, url } = requirement;
  if (url !== undefined || action.constraintFiles.length > 0 && specifier === '') return undefined;
  const version = exactVersionOf(specifier);
  const fact = findFact(name, version, extras);
  if (fact === undefined) return undefined;
  const reaches = reachesNvidiaIndex(use);
  if (reaches === 'no') return fact;
  return reaches === 'yes' && name === 'nvidia-tensorflow' && specifier === '' ? tensorRTPipFacts(name, 'unresolved')[0] : undefined;
}

function findFact(name: string, version: string | undefined, extras: readonly string[]): PipFact | undefined {
  switch (name) {
    case 'nvidia-tensorrt':
    case 'nvidia-tensorflow':
      return tensorRTPipFacts(name, 'placeholder')[0];
    case 'tensorflow':
      return version === undefined || !extras.includes('and-cuda') ? undefined : tensorRTPipFacts(name, 'placeholder', version)[0];
    case 'tensorrt':
    case 'tensorrt-libs':
    case 'tensorrt-llm':
      return version === undefined || parsePep440(version) === undefined ? undefined : tensorRTPipFacts(name, 'placeholder', version)[0];
    default:
      return undefined;
  }
}

/** That the stub of TensorRT-LLM downloads its wheel from NVIDIA's index by itself, for the version that is asked for. */
function findFetch({ requirement: { name, specifier } }: PipUse): PipFact | undefined {
  return name === 'tensorrt-llm' ? tensorRTPipFacts(name, 'index', exactVersionOf(specifier))[0] : undefined;
}

function describe(use: PipUse, fact: PipFact): { readonly messageId: MessageId; readonly severity: Severity; readonly fixes: readonly Fix[] } {
  switch (use.requirement.name) {
    case 'nvidia-tensorrt': {
      // With the index it would install, under a name that is of the past.
      const modern = modernRequirement(use);
      return { messageId: 'placeholder', severity: 'error', fixes: modern === undefined ? [] : requireInstead(use, modern.name, modern.specifier) };
    }
    case 'nvidia-tensorflow':
      return fact.value === 'tensorrt' ? { messageId: 'unresolved', severity: 'warning', fixes: [] } : { messageId: 'placeholder', severity: 'error', fixes: use.requirement.specifier === '' ? [] : [addIndex(use, fact.value)] };
    case 'tensorflow':
      return { messageId: 'dependency', severity: 'error', fixes: [addIndex(use, fact.value)] };
    case 'tensorrt-llm':
    case 'tensorrt':
      return { messageId: 'stub', severity: findFetch(use) === undefined ? 'warning' : 'information', fixes: [addIndex(use, fact.value)] };
    default:
      return { messageId: 'placeholder', severity: 'error', fixes: [addIndex(use, fact.value)] };
  }
}
