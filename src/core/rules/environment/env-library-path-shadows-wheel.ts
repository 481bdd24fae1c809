import { frameworksChecked, torchRelease, type TorchRelease } from '../../facts/frameworks';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { Component, StackState } from '../../stack/model';
import { findComponents, knownVersion, stageCuda } from '../../stack/query';
import { compareDotted, majorMinorOf, majorOf } from '../../version/dotted';
import { defineRule } from '../model';
import { chainOf } from '../support/absence';
import { targetStage } from '../support/environment';
import { assignedPath, removeFolder } from '../support/search-path';

const NVJITLINK: Evidence = {
  fact: msg`With LD_LIBRARY_PATH at the libraries of an older CUDA 12, PyTorch before 2.6 finds their libnvJitLink in place of its own and cannot be imported`,
  source: 'https://github.com/pytorch/pytorch/pull/141063',
  checked: '2026-11-20',
};
const CUDNN: Evidence = {
  fact: msg`PyTorch refuses a cuDNN of an older minor version than its own, which it meets when LD_LIBRARY_PATH names the folder of one`,
  source: 'https://github.com/pytorch/pytorch/issues/80637',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'env-library-path-shadows-wheel',
  family: 'environment',
  severity: 'warning',
  summary: 'LD_LIBRARY_PATH puts CUDA or cuDNN of the system before the newer ones of the PyTorch wheel.',
  messages: {
    cuda: '{folder} on LD_LIBRARY_PATH puts CUDA {system} before the libraries of the PyTorch {torch} wheel, which are of CUDA {wheel}: `undefined symbol: __nvJitLinkAddData_{symbol}, version libnvJitLink.so.12`.',
    cudnn: '{folder} on LD_LIBRARY_PATH puts cuDNN {system} before the {wheel} of the PyTorch {torch} wheel: `cuDNN version incompatibility: PyTorch was compiled against … but found runtime version …`.',
  },
  docs: {
    what: '`ENV LD_LIBRARY_PATH` names the folder of the system’s CUDA or cuDNN, and PyTorch comes from pip with newer ones of its own.',
    why: 'The wheels hold the CUDA libraries that they were built with and find them by themselves, but the linker looks into LD_LIBRARY_PATH first. An older library under the same name lacks what PyTorch needs: [import torch fails](https://github.com/pytorch/pytorch/issues/111469), or [its cuDNN check does](https://github.com/pytorch/pytorch/issues/80637).',
    instead: 'Leave the folder away: the linker’s cache (`/etc/ld.so.conf.d`) serves programs that need the system’s CUDA, and comes after what a wheel brings.',
    silent: 'The system’s libraries are not older than the wheel’s, a version is not known, or PyTorch is one that loads its own libraries first (2.6 and later).',
  },
  examples: [
    {
      kind: 'bad',
      title: 'an older CUDA 12',
      text: 'FROM nvidia/cuda:12.0.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.1.2\nENV LD_LIBRARY_PATH=«/usr/local/cuda/lib64»:$LD_LIBRARY_PATH\n',
      messageId: 'cuda',
      fixed: 'FROM nvidia/cuda:12.0.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.1.2\nENV LD_LIBRARY_PATH=$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'bad',
      title: 'an older cuDNN',
      text: 'FROM nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.0.1+cu118 --index-url https://download.pytorch.org/whl/cu118\nENV LD_LIBRARY_PATH=«/usr/lib/x86_64-linux-gnu»:$LD_LIBRARY_PATH\n',
      messageId: 'cudnn',
      fixed: 'FROM nvidia/cuda:11.6.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.0.1+cu118 --index-url https://download.pytorch.org/whl/cu118\nENV LD_LIBRARY_PATH=$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'good',
      title: 'a newer CUDA of the same major version',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.1.2\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'good',
      title: 'PyTorch that loads its own libraries first',
      text: 'FROM nvidia/cuda:12.1.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install torch==2.6.0\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'good',
      title: 'a folder of other libraries',
      text: 'FROM nvidia/cuda:12.0.1-runtime-ubuntu22.04\nRUN pip3 install torch==2.1.2\nENV LD_LIBRARY_PATH=/opt/app/lib:$LD_LIBRARY_PATH\n',
    },
  ],
  check({ report, stack }) {
    const target = targetStage(stack);
    const wheel = target && findWheel(target.final);
    if (target === undefined || wheel === undefined) return;
    const inForce = new Set(target.final.env.get('LD_LIBRARY_PATH')?.value.split(':'));
    const conflicts = findConflicts(target.final, wheel);
    if (conflicts.length === 0) return;
    for (const { steps } of chainOf(target)) {
      for (const step of steps) {
        const path = assignedPath(step, 'LD_LIBRARY_PATH', (folder) => inForce.has(folder) && conflicts.some(({ folders }) => folders.test(folder)));
        for (const entry of path?.added ?? []) {
          const conflict = conflicts.find(({ folders }) => folders.test(entry.folder));
          if (path === undefined || conflict === undefined) continue;
          const { messageId, system, version, evidence, component } = conflict;
          const fix = removeFolder(path.value, entry, msg`Take ${entry.folder} off LD_LIBRARY_PATH`);
          report({
            messageId,
            data: { folder: entry.folder, system, wheel: version, torch: wheel.version, symbol: version.replace('.', '_') },
            location: entry.location,
            evidence: [evidence, { fact: msg`PyTorch ${wheel.version} has wheels for CUDA ${wheel.release.cuda.join(', ')}`, source: wheel.release.source, checked: frameworksChecked() }],
            related: [
              { location: wheel.component.where, message: msg`PyTorch ${wheel.version} with its own libraries comes in here.` },
              { location: component.where, message: msg`${messageId === 'cuda' ? 'CUDA' : 'cuDNN'} ${system} comes in here.` },
            ],
            fixes: fix === undefined ? [] : [fix],
          });
        }
      }
    }
  },
});

/** The PyTorch of pip in a stage. */
interface Wheel {
  readonly component: Component;
  readonly version: string;
  readonly release: TorchRelease;
  readonly cuda: string;
}

function findWheel(state: StackState): Wheel | undefined {
  const found = findComponents(state, 'torch');
  const [component] = found;
  if (component === undefined || found.length !== 1 || component.via !== 'pip' || component.certainty === 'assumed' || component.version.type !== 'exact') return undefined;
  const { version } = component.version;
  const release = torchRelease(version);
  const cuda = component.cuda ?? release?.defaultCuda;
  return release === undefined || cuda === undefined ? undefined : { component, version, release, cuda };
}

interface Conflict {
  readonly messageId: 'cuda' | 'cudnn';
  /** Folders that hold the system's library. */
  readonly folders: RegExp;
  readonly system: string;
  readonly version: string;
  readonly evidence: Evidence;
  readonly component: Component;
}

function findConflicts(state: StackState, wheel: Wheel): readonly Conflict[] {
  const conflicts: Conflict[] = [];
  const cuda = stageCuda(state);
  const system = cuda && majorMinorOf(cuda.version);
  // A base image has no library that could be taken for the wheel's.
  const hasLibraries = state.components.some(({ kind, via, certainty }) => kind === 'cublas' && via !== 'pip' && via !== 'conda' && certainty !== 'assumed');
  if (cuda !== undefined && system !== undefined && hasLibraries && majorOf(system) === 12 && majorOf(wheel.cuda) === 12 && compareDotted(system, wheel.cuda) < 0 && compareDotted(wheel.version, '2.6') < 0) {
    const folders = new RegExp(`^/usr/local/cuda(?:-12|-${system.replace('.', '\\.')})?/(?:lib64|targets/x86_64-linux/lib)/?$`);
    conflicts.push({ messageId: 'cuda', folders, system, version: wheel.cuda, evidence: NVJITLINK, component: cuda.component });
  }
  const cudnn = findComponents(state, 'cudnn').filter(({ via }) => via === 'base-image' || via === 'apt');
  const [only] = cudnn;
  const installed = majorMinorOf(knownVersion(only?.version) ?? '');
  const own = majorMinorOf(wheel.release.cudnn.get(wheel.cuda) ?? '');
  if (only !== undefined && cudnn.length === 1 && installed !== undefined && own !== undefined && majorOf(installed) === majorOf(own) && compareDotted(installed, own) < 0 && compareDotted(wheel.version, '2.1') < 0) {
    conflicts.push({ messageId: 'cudnn', folders: /^\/usr\/lib\/x86_64-linux-gnu\/?$/, system: installed, version: own, evidence: CUDNN, component: only });
  }
  return conflicts;
}
