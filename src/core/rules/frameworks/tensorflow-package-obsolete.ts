import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import { exactVersionOf, parseSpecifier, satisfiesPep440 } from '../../version/pep440';
import { compareDotted } from '../../version/dotted';
import { defineRule, type Fix, type Severity } from '../model';
import { endsBuild } from '../support/build-failure';
import { asksOnlyKnownSources, listPipUses, locateRequirement, renameRequirement, severityFor, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';

type MessageId = 'removed' | 'renamed';

const REMOVED: Evidence = {
  fact: msg`tensorflow-gpu 2.12.0 on PyPI is an empty package whose installation fails; tensorflow and tensorflow-gpu have been the same since 2.1`,
  source: 'https://pypi.org/project/tensorflow-gpu/',
  checked: '2026-11-20',
};
const REPORTS: Readonly<Record<string, Evidence>> = {
  'tensorflow-gpu': {
    fact: msg`pip install tensorflow-gpu fails while it prepares the metadata of tensorflow-gpu-2.12.0.tar.gz`,
    source: 'https://github.com/tensorflow/tensorflow/issues/60074',
    checked: '2026-11-20',
  },
  'tf-nightly-gpu': {
    fact: msg`pip install tf-nightly-gpu fails while it prepares the metadata of tf-nightly-gpu-2.12.0.tar.gz`,
    source: 'https://github.com/tensorflow/tensorflow/issues/60594',
    checked: '2026-11-20',
  },
};

export const rule = defineRule<MessageId>({
  id: 'tensorflow-package-obsolete',
  family: 'frameworks',
  severity: 'error',
  summary: 'tensorflow-gpu or tf-nightly-gpu is installed, which PyPI has no more under that name.',
  messages: {
    removed: 'pip takes {name} 2.12.0, an empty package that only fails: `The "{name}" package has been removed!`',
    renamed: 'tensorflow-gpu {version} is the same as tensorflow {version}; the name ends with 2.11.',
  },
  docs: {
    what: '`tensorflow-gpu` or `tf-nightly-gpu` without a version, or with one that lets pip take 2.12.0; also the old name with a version that still exists, from 2.1 on.',
    why: 'Since 2.1 `tensorflow` has had GPU support, and `tensorflow-gpu` was the same under another name. In December 2022 it was [removed](https://pypi.org/project/tensorflow-gpu/): 2.12.0 is a package without content, made so that its installation stops. It is the newest, so this is what pip takes.',
    instead: '`tensorflow`, with a version; from 2.14 on `tensorflow[and-cuda]` brings the CUDA libraries too.',
    silent: 'The version is older than 2.1, where the two were different, or the packages come from an index that may have others.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'without a version',
      text: 'FROM python:3.10\nRUN pip install «tensorflow-gpu»\n',
      messageId: 'removed',
      fixed: 'FROM python:3.10\nRUN pip install tensorflow\n',
    },
    {
      kind: 'bad',
      title: 'from a version on',
      text: 'FROM python:3.10\nRUN pip install "«tensorflow-gpu>=2.4»"\n',
      messageId: 'removed',
      fixed: 'FROM python:3.10\nRUN pip install "tensorflow>=2.4"\n',
    },
    {
      kind: 'bad',
      title: 'a version of both',
      text: 'FROM tensorflow/build:2.10-python3.8\nRUN pip install «tensorflow-gpu==2.10.1»\n',
      messageId: 'renamed',
      severity: 'information',
      fixed: 'FROM tensorflow/build:2.10-python3.8\nRUN pip install tensorflow==2.10.1\n',
    },
    {
      kind: 'bad',
      title: 'the nightly package',
      text: 'FROM python:3.10\nRUN pip install «tf-nightly-gpu»\n',
      messageId: 'removed',
      fixed: 'FROM python:3.10\nRUN pip install tf-nightly\n',
    },
    {
      kind: 'good',
      title: 'TensorFlow 1, where the names differ',
      text: 'FROM python:3.7\nRUN pip install tensorflow-gpu==1.15.5\n',
    },
    {
      kind: 'good',
      title: 'the package of conda',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y tensorflow-gpu\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const finding = judge(use);
      if (finding === undefined || !asksOnlyKnownSources(use, /$^/)) continue;
      const { messageId, severity } = finding;
      const { requirement, action, step } = use;
      const ends = endsBuild(action.command, step, stack) || requirement.origin === 'requirements';
      report({
        messageId,
        severity: severity === 'error' && !ends ? 'warning' : severityFor(use, severity),
        data: { name: requirement.name, version: finding.version },
        location: requirement.text.locate() ?? locateRequirement(use),
        evidence: [REMOVED, ...[messageId === 'removed' ? REPORTS[requirement.name] : undefined].filter((one) => one !== undefined)],
        fixes: rename(use, messageId),
      });
    }
  },
});

interface Judgement {
  readonly messageId: MessageId;
  readonly severity: Severity;
  readonly version: string;
}

function judge(use: PipUse): Judgement | undefined {
  const { name, specifier, url } = use.requirement;
  if (url !== undefined) return undefined;
  if ((name !== 'tensorflow-gpu' && name !== 'tf-nightly-gpu') || parseSpecifier(specifier) === undefined) return undefined;
  const exact = name === 'tensorflow-gpu' ? exactVersionOf(specifier) : undefined;
  if (specifier === '' || satisfiesPep440('2.12.0', specifier) === true) {
    // Where the Python is older than the package asks for, pip may pass it over.
    const python = pipPython(use.stage, use.before, use.action)?.version;
    return { messageId: 'removed', severity: python !== undefined && compareDotted(python, '3.7') >= 0 ? 'error' : 'warning', version: '2.12.0' };
  }
  return exact !== undefined && compareDotted(exact, '2.1') >= 0 && compareDotted(exact, '2.12') < 0 ? { messageId: 'renamed', severity: 'information', version: exact } : undefined;
}

function rename({ requirement }: PipUse, messageId: MessageId): readonly Fix[] {
  const name = requirement.name.replace('-gpu', '');
  const edit = renameRequirement(requirement, name);
  return edit === undefined ? [] : [{ title: msg`Install ${name}`, safe: messageId === 'renamed', edits: [edit] }];
}
