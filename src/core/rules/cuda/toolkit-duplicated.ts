import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { PackageInstall, PackageSpec } from '../../shell/installers/model';
import type { ActionStep } from '../../stack/model';
import { stageCuda } from '../../stack/query';
import { majorMinorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';

type MessageId = 'package' | 'newest' | 'runfile';

const LINK: Evidence = {
  fact: msg`Toolkits are installed side by side as /usr/local/cuda-X.Y; /usr/local/cuda, which PATH and builds name, is a link to one of them.`,
  source: 'https://docs.nvidia.com/cuda/cuda-installation-guide-linux/',
  checked: '2026-11-20',
};

/** Packages that bring a toolkit or its runtime, with the version in group 1. */
const TOOLKIT = /^(?:cuda(?:-(?:toolkit|runtime|libraries(?:-dev(?:el)?)?|minimal-build|compiler|nvcc|cudart(?:-dev(?:el)?)?))?)-(\d+-\d+)$/;
/** The same without version: whatever is newest on the day of the build. */
const NEWEST = /^cuda(?:-toolkit)?$/;

export const rule = defineRule<MessageId>({
  id: 'cuda-toolkit-duplicated',
  family: 'cuda',
  severity: 'warning',
  summary: 'A toolkit of another CUDA version is installed beside the one that the image has.',
  messages: {
    package: '{package} brings CUDA {named} beside the {cuda} of the stage: which of them /usr/local/cuda, nvcc and the loader find is left to the order of installation.',
    newest: '{package} brings the newest CUDA of the repository beside the {cuda} of the stage: nvcc and the libraries then change with the day of the build.',
    runfile: 'The installer brings CUDA {named} beside the {cuda} of the stage: /usr/local/cuda then leads to another version than the image’s variables say.',
  },
  docs: {
    what: 'apt, yum or a runfile installs a CUDA toolkit or its runtime in a stage that has another minor version of CUDA.',
    why: 'Both lie there afterwards, some GB each. `/usr/local/cuda` is a link to one of them, `CUDA_VERSION`, `NVIDIA_REQUIRE_CUDA`, cuDNN and the pinned libraries of the image belong to the other, so that a build takes the compiler of one and the libraries of the other.',
    instead: 'Take the base image of the version that is needed, or start from the plain distribution and install one toolkit.',
    silent: 'The versions are the same, the one of the stage is not known, or the command may not run.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an older toolkit in a newer image',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y «cuda-toolkit-11-8»\n',
      messageId: 'package',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y cuda-toolkit-12-4\n',
    },
    {
      kind: 'bad',
      title: 'the newest one',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «cuda-toolkit»\n',
      messageId: 'newest',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y cuda-toolkit-12-4\n',
    },
    {
      kind: 'bad',
      title: 'a runfile over the image’s CUDA',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nRUN curl -O https://developer.download.nvidia.com/compute/cuda/11.8.0/local_installers/cuda_11.8.0_520.61.05_linux.run && «sh cuda_11.8.0_520.61.05_linux.run --silent --toolkit»\n',
      messageId: 'runfile',
    },
    {
      kind: 'good',
      title: 'parts of the same version',
      text: 'FROM nvidia/cuda:12.4.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y cuda-nvcc-12-4 cuda-cudart-dev-12-4\n',
    },
    {
      kind: 'good',
      title: 'the only toolkit',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y cuda-toolkit-11-8\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) for (const { actions } of stage.steps) for (const step of actions) checkAction(step, report);
  },
});

type Reporter = (report: Report<MessageId>) => void;

function checkAction({ action, before }: ActionStep, report: Reporter): void {
  const isRunfile = action.kind === 'extract' && action.artifact?.kind === 'cuda-runfile';
  if (action.command.conditional || (!isRunfile && (action.kind !== 'package-install' || action.simulated || (action.manager !== 'apt' && action.manager !== 'yum')))) return;
  const cuda = stageCuda(before);
  const minor = cuda && majorMinorOf(cuda.version);
  if (cuda === undefined || minor === undefined || cuda.component.certainty === 'assumed') return;
  const common = { evidence: [LINK], related: [{ location: cuda.component.where, message: msg`CUDA ${cuda.version} comes from here.` }] };
  if (action.kind === 'extract') {
    const version = action.artifact?.version;
    const named = version === undefined ? undefined : majorMinorOf(version);
    if (named === undefined || named === minor) return;
    report({ ...common, messageId: 'runfile', data: { named, cuda: cuda.version }, location: { file: action.file, range: action.range } });
  } else if (action.kind === 'package-install') {
    for (const spec of action.packages) {
      const found = describePackage(action, spec, minor, cuda.version);
      if (found !== undefined) report({ ...common, ...found });
    }
  }
}

function describePackage(action: PackageInstall, spec: PackageSpec, minor: string, cuda: string): Pick<Report<MessageId>, 'messageId' | 'data' | 'location' | 'fixes'> | undefined {
  const name = spec.name.value;
  const location = { file: action.file, range: spec.range };
  const dashed = minor.replace('.', '-');
  const version = TOOLKIT.exec(name)?.[1];
  if (version !== undefined) {
    const named = version.replace('-', '.');
    if (named === minor) return undefined;
    return { messageId: 'package', data: { package: name, named, cuda }, location, fixes: rename(spec, name.length - version.length, dashed) };
  }
  // A pinned metapackage tells its version.
  if (!NEWEST.test(name) || (spec.version?.value.startsWith(minor) ?? false)) return undefined;
  return { messageId: 'newest', data: { package: name, cuda }, location, fixes: spec.version === undefined ? rename(spec, name.length, `-${dashed}`) : [] };
}

/** The package of the stage's version; a version that a variable gives may be meant for more than this. */
function rename({ name }: PackageSpec, from: number, text: string): readonly Fix[] {
  if (name.pieces.some(({ use }) => use !== undefined)) return [];
  const title = msg`Install ${name.value.slice(0, from)}${text}`;
  const edit = from < name.value.length ? name.edit(from, name.value.length, text) : name.edit(0, from, `${name.value}${text}`);
  return edit === undefined ? [] : [{ title, safe: false, edits: [edit] }];
}
