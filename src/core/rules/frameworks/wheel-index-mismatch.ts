import type { Evidence } from '../../facts/evidence';
import { listTorchCuda, newestTorch, torchRelease, type TorchRelease } from '../../facts/frameworks';
import { msg, type Message } from '../../l10n/message';
import { findComponents } from '../../stack/query';
import type { Location } from '../../text/range';
import type { Traced } from '../../text/traced';
import { cudaOfPipTag } from '../../version/cuda';
import { comparePep440, exactVersionOf, parsePep440 } from '../../version/pep440';
import { defineRule, type Fix, type Report } from '../model';
import { addOption, asksOnlyKnownSources, listPipUses, locateRequirement, pipSources, severityFor, type PipUse } from '../support/pip-installs';

type MessageId = 'otherIndex' | 'noIndex' | 'noWheel';

const LOCAL: Evidence = {
  fact: msg`PyTorch’s indexes are one for each CUDA: whl/cu118 serves the wheels +cu118`,
  source: 'https://pytorch.org/get-started/previous-versions/',
  checked: '2026-11-20',
};
const PYPI: Evidence = {
  fact: msg`PyPI takes no wheels with a local version like +cu118`,
  source: 'https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'wheel-index-mismatch',
  family: 'frameworks',
  severity: 'error',
  summary: 'A wheel for one CUDA is asked of the index of another, or of PyPI, which has none for a certain CUDA.',
  messages: {
    otherIndex: '{requirement} is a wheel for CUDA {wanted}, and {index} has those for CUDA {cuda}: `No matching distribution found for {requirement}`.',
    noIndex: '{requirement} is not on PyPI, which has no +{tag} wheels, and no other index is named: `No matching distribution found for {requirement}`.',
    noWheel: 'PyTorch {version} has no wheel for CUDA {cuda} ({has} only): {effect}.',
  },
  docs: {
    what: 'torch, torchvision or torchaudio with a `+cu…` version, from the PyTorch index of another CUDA or from PyPI; or a version of PyTorch from an index for which it was never built.',
    why: 'PyTorch has an [index for each CUDA](https://pytorch.org/get-started/previous-versions/), and each has the wheels of its CUDA alone. [PyPI takes no local versions](https://packaging.python.org/en/latest/specifications/version-specifiers/#local-version-identifiers): there the version without suffix is the build for one CUDA.',
    instead: 'Name the index that goes with the suffix: `pip install torch==2.1.0+cu118 --index-url https://download.pytorch.org/whl/cu118`.',
    silent: 'An index is asked that may have anything (a mirror, a folder of wheels, a configuration of pip), or the base image has the framework already.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the index of another CUDA',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install «torch==2.1.0+cu118» --index-url https://download.pytorch.org/whl/cu121\n',
      messageId: 'otherIndex',
      fixed: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install torch==2.1.0+cu118 --index-url https://download.pytorch.org/whl/cu118\n',
    },
    {
      kind: 'bad',
      title: 'no index at all',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install «torch==2.1.0+cu118»\n',
      messageId: 'noIndex',
      fixed: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install torch==2.1.0+cu118 --extra-index-url https://download.pytorch.org/whl/cu118\n',
    },
    {
      kind: 'bad',
      title: 'a version that was never built for this CUDA',
      text: 'FROM nvidia/cuda:11.7.1-runtime-ubuntu22.04\nRUN pip install «torch==2.1.0» --index-url https://download.pytorch.org/whl/cu117\n',
      messageId: 'noWheel',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'a suffix of which there is no build',
      text: 'FROM nvidia/cuda:11.3.1-devel-ubuntu20.04\nRUN pip install «torch==2.0.0+cu113» -f https://download.pytorch.org/whl/cu113/torch_stable.html\n',
      messageId: 'noWheel',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'in a requirements file',
      text: 'FROM python:3.10\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n',
      context: { 'requirements.txt': '«torch==2.1.0+cu118»\nnumpy\n' },
      messageId: 'noIndex',
    },
    {
      kind: 'bad',
      title: 'in a project',
      text: 'FROM python:3.10\nWORKDIR /app\nCOPY . .\nRUN pip install .[gpu]\n',
      context: { 'pyproject.toml': '[project]\nname = "app"\n[project.optional-dependencies]\ngpu = ["«torch==2.1.0+cu118»"]\n' },
      messageId: 'noIndex',
      fixed: 'FROM python:3.10\nWORKDIR /app\nCOPY . .\nRUN pip install .[gpu] --extra-index-url https://download.pytorch.org/whl/cu118\n',
    },
    {
      kind: 'bad',
      title: 'in an environment file of conda',
      text: 'FROM continuumio/miniconda3\nCOPY environment.yml /tmp/\nRUN conda env create -f /tmp/environment.yml\n',
      context: { 'environment.yml': 'dependencies:\n  - python=3.10\n  - pip:\n    - «torch==2.1.0+cu118»\n    - numpy\n' },
      messageId: 'noIndex',
    },
    {
      kind: 'good',
      title: 'installed before by a command that names the page',
      text: 'FROM python:3.9\nCOPY requirements.txt .\nRUN pip install torch==1.12.1+cu116 -f https://download.pytorch.org/whl/torch_stable.html && pip install --upgrade -r requirements.txt\n',
      context: { 'requirements.txt': 'torch==1.12.1+cu116\n' },
    },
    {
      kind: 'good',
      title: 'a build that is in no matrix of releases',
      text: 'FROM python:3.12\nRUN pip install torch==2.10.0 --index-url https://download.pytorch.org/whl/cu129\n',
    },
    {
      kind: 'good',
      title: 'an index that the project names for uv',
      text: 'FROM python:3.10\nWORKDIR /app\nCOPY . .\nRUN uv sync\n',
      context: {
        'pyproject.toml':
          '[project]\nname = "app"\ndependencies = ["torch==2.1.0+cu118"]\n[[tool.uv.index]]\nname = "cu118"\nurl = "https://download.pytorch.org/whl/cu118"\nexplicit = true\n[tool.uv.sources]\ntorch = { index = "cu118" }\n',
      },
    },
    {
      kind: 'good',
      title: 'the index that goes with it',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install torch==2.1.0+cu118 torchvision==0.16.0+cu118 --extra-index-url https://download.pytorch.org/whl/cu118\n',
    },
    {
      kind: 'good',
      title: 'a build that the matrix of a branch alone tells of',
      text: 'FROM nvidia/cuda:11.3.1-runtime-ubuntu20.04\nRUN pip install torch==1.10.1 --index-url https://download.pytorch.org/whl/cu113\nRUN pip install torch==1.11.0+cu115 --index-url https://download.pytorch.org/whl/cu115\n',
    },
    {
      kind: 'good',
      title: 'the page with all wheels',
      text: 'FROM nvidia/cuda:11.1.1-runtime-ubuntu20.04\nRUN pip install torch==1.9.0+cu111 -f https://download.pytorch.org/whl/torch_stable.html\n',
    },
    {
      kind: 'good',
      title: 'a mirror',
      text: 'FROM nvidia/cuda:11.8.0-runtime-ubuntu22.04\nRUN pip install torch==2.1.0+cu118 --index-url https://pypi.example.com/simple\n',
    },
  ],
  check({ report, stack }) {
    for (const use of listPipUses(stack)) {
      const { requirement } = use;
      if (!/^torch(?:vision|audio)?$/.test(requirement.name) || requirement.url !== undefined || isPreinstalled(use) || !asksOnlyKnownSources(use, PYTORCH)) continue;
      const finding = examine(use);
      if (finding !== undefined) report(finding);
    }
  },
});

const PYTORCH = /^https?:\/\/download(?:-r2)?\.pytorch\.org\/whl\b/;
/** The index of one CUDA. */
const INDEX = /\/whl\/(?:nightly\/|test\/)?(cu\d{2,3})(?=\/|$)/;

function isPreinstalled({ before, requirement: { name } }: PipUse): boolean {
  return before.components.some((item) => item.kind === 'torch' && item.via === 'base-image') || (name !== 'torch' && findComponents(before, 'torch').some(({ via }) => via === 'copy'));
}

interface Index {
  readonly url: Traced;
  /** `cu118`; undefined for a page or index with the wheels of several CUDAs, and for PyPI. */
  readonly tag: string | undefined;
}

function examine(use: PipUse): Report<MessageId> | undefined {
  const { requirement } = use;
  const exact = exactVersionOf(requirement.specifier);
  const version = exact === undefined ? undefined : parsePep440(exact);
  if (version === undefined) return undefined;
  const { index, others } = pipSources(use);
  const indexes: readonly Index[] = [...(index === undefined ? [] : [index]), ...others].filter(({ value }) => PYTORCH.test(value)).map((url) => ({ url, tag: INDEX.exec(url.value)?.[1] }));
  const [first] = indexes;
  const tag = version.local;
  const wanted = tag === undefined ? undefined : cudaOfPipTag(tag);
  const text = requirement.text.value.trim();
  const location = locateRequirement(use);
  if (tag !== undefined && wanted !== undefined && /^cu\d+$/.test(tag)) {
    const plain = exact?.split('+')[0] ?? '';
    const never = requirement.name === 'torch' ? releaseNeverBuiltFor(plain, wanted) : undefined;
    if (never !== undefined) return { ...noWheel(never, plain, wanted, noMatch(text), location), severity: 'warning' };
    if (first === undefined) {
      const severity = severityFor(use, 'error');
      return { messageId: 'noIndex', severity, data: { requirement: text, tag }, location, evidence: [PYPI], fixes: addIndex(use, tag) };
    }
    if (indexes.some((one) => one.tag === undefined || one.tag === tag)) return undefined;
    return {
      messageId: 'otherIndex',
      // A page of links may have more than the folder that it lies in.
      severity: severityFor(use, indexes.some(({ url }) => url.value.endsWith('.html')) ? 'warning' : 'error'),
      data: { requirement: text, wanted, index: first.url.value, cuda: cudaOfPipTag(first.tag ?? '') ?? '' },
      location,
      evidence: [LOCAL],
      related: relate(first),
      fixes: changeIndex(first, tag),
    };
  }
  return tag === undefined && requirement.name === 'torch' && exact !== undefined ? examinePlain(exact, indexes, index === undefined, location) : undefined;
}

/** A version without suffix, from an index for whose CUDA it was never built. */
function examinePlain(version: string, indexes: readonly Index[], asksPypi: boolean, location: Location): Report<MessageId> | undefined {
  const [first] = indexes;
  const cuda = first?.tag === undefined ? undefined : cudaOfPipTag(first.tag);
  const release = cuda === undefined ? undefined : releaseNeverBuiltFor(version, cuda);
  if (first === undefined || cuda === undefined || indexes.length !== 1 || release === undefined || /\/(?:nightly|test)\//.test(first.url.value)) return undefined;
  const effect = !asksPypi ? noMatch(`torch==${version}`) : release.defaultCuda === undefined ? msg`pip takes the one of PyPI` : msg`pip takes the one of PyPI, for CUDA ${release.defaultCuda}`;
  return { ...noWheel(release, version, cuda, effect, location), severity: 'warning', related: relate(first) };
}

/** A release that was never built for a CUDA, as far as the tables know all of its wheels. */
function releaseNeverBuiltFor(version: string, cuda: string): TorchRelease | undefined {
  const release = torchRelease(version);
  // A row of a series alone does not tell of every release.
  if (release === undefined || release.cuda.length === 0 || release.version.split('.').length < 3 || (comparePep440(version, newestTorch()) ?? 1) >= 0) return undefined;
  return release.indexUrls.size === 0 || release.indexUrls.has(cuda) || listTorchCuda(version).has(cuda) ? undefined : release;
}

function noWheel({ version: known, cuda: has, source, checked }: TorchRelease, version: string, cuda: string, effect: Message | string, location: Location): Report<MessageId> {
  return {
    messageId: 'noWheel',
    data: { version, cuda, has: has.join(', '), effect },
    location,
    evidence: [{ fact: msg`PyTorch ${known} has wheels for CUDA ${has.join(', ')}`, source, checked }],
  };
}

function noMatch(requirement: string): string {
  return `\`No matching distribution found for ${requirement}\``;
}

function relate({ url }: Index): NonNullable<Report['related']> {
  const location = url.locate();
  return location === undefined ? [] : [{ location, message: msg`The index is named here.` }];
}

function changeIndex({ url, tag }: Index, wanted: string): readonly Fix[] {
  const start = tag === undefined ? -1 : url.value.lastIndexOf(tag);
  const edit = tag === undefined || start < 0 ? undefined : url.edit(start, start + tag.length, wanted);
  return edit === undefined ? [] : [{ title: msg`Use the index of ${wanted}`, safe: false, edits: [edit] }];
}

function addIndex(use: PipUse, tag: string): readonly Fix[] {
  return [{ title: msg`Ask the index of ${tag}`, safe: false, edits: [addOption(use, `--extra-index-url https://download.pytorch.org/whl/${tag}`)] }];
}
