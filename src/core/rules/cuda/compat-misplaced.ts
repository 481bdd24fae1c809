import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { findComponent } from '../../stack/query';
import { judgeDriver } from '../../target/judge-driver';
import type { Target } from '../../target/model';
import { defineRule, type Report } from '../model';
import { assignedPath, removeFolder } from '../support/search-path';
import { listTargetGpus, namePairs, shippedCuda } from '../support/targets';

type MessageId = 'searchPath' | 'configuration' | 'target';

/** `/usr/local/cuda/compat`; `compat/lib` is what the entrypoint of NVIDIA's framework images links when it is needed. */
const COMPAT = /^\/usr\/local\/cuda[\w.-]*\/compat\/?(?:lib\.real\/?)?$/;

/** Where the driver of the host is mounted: what stands behind such a folder is not reached. */
const MOUNTED = /^\/usr\/lib\/(?:x86_64|aarch64)-linux-gnu\/?$/;

const NEWER_DRIVER: Evidence = {
  fact: msg`A libcuda that does not fit the kernel module gives error 803.`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/1256',
  checked: '2026-11-20',
};
const DATA_CENTER: Evidence = {
  fact: msg`Forward compatibility works on data-center GPUs only; elsewhere it gives error 804.`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/1294',
  checked: '2026-11-20',
};

export const rule = defineRule<MessageId>({
  id: 'cuda-compat-misplaced',
  family: 'cuda',
  severity: 'warning',
  summary: 'The forward-compatibility libcuda is loaded on every host, whether it fits or not.',
  messages: {
    searchPath: '{path} on LD_LIBRARY_PATH replaces the libcuda of every host: with a newer driver, error 803 `unsupported display driver / cuda driver combination`, on other than data-center GPUs, error 804.',
    target: '{path} replaces the libcuda of the host, and {targets} is no data-center GPU: `Error 804: forward compatibility was attempted on non supported HW`.',
    configuration: '{path} in ld.so.conf.d replaces the libcuda of every host: with a newer driver, error 803 `unsupported display driver / cuda driver combination`, on other than data-center GPUs, error 804.',
  },
  docs: {
    what: 'The folder of the package `cuda-compat` is put on `LD_LIBRARY_PATH` or into `/etc/ld.so.conf.d` of the image that runs.',
    why: 'cuda-compat holds the libcuda of one driver branch, made to run on older kernel modules of data-center GPUs. Where the host has a newer driver, or a GeForce or RTX card, that libcuda [fails](https://github.com/NVIDIA/nvidia-docker/issues/1294) and the host’s own would have worked. The NVIDIA Container Toolkit uses the folder by itself where it helps.',
    instead: 'Leave the path out. Where the toolkit does not do it, let the entrypoint set the path after a look at the version of the driver.',
    silent: 'All targets are data-center GPUs with a driver older than the CUDA of the image, the image has no cuda-compat, the stage is only built in, a later `ENV` takes the path back or puts the folder of the mounted driver before it, or the path is set for one command.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'before everything else',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=«/usr/local/cuda/compat»:$LD_LIBRARY_PATH\n',
      messageId: 'searchPath',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'bad',
      title: 'for the loader',
      text: 'FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y cuda-compat-13-0\nRUN «echo /usr/local/cuda-13.0/compat > /etc/ld.so.conf.d/00-compat.conf» && ldconfig\n',
      messageId: 'configuration',
    },
    {
      kind: 'bad',
      title: 'for a GeForce card',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=«/usr/local/cuda/compat»:$LD_LIBRARY_PATH\n',
      targets: [{ name: 'workstation', gpus: ['RTX 4090'] }],
      messageId: 'target',
      severity: 'error',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'good',
      title: 'for data-center GPUs with an older driver',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH\n',
      targets: [{ name: 'cluster', gpus: ['A100'], driver: '470.57.02' }],
    },
    {
      kind: 'good',
      title: 'the entrypoint decides',
      text: 'FROM nvidia/cuda:13.0.0-runtime-ubuntu24.04\nRUN apt-get update && apt-get install -y --no-install-recommends cuda-compat-13-0\nCOPY docker-entrypoint.sh /\nENTRYPOINT ["/docker-entrypoint.sh"]\n',
    },
    {
      kind: 'good',
      title: 'behind the folder into which the driver is mounted',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:/usr/local/cuda/compat:$LD_LIBRARY_PATH\nENV LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu:$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'good',
      title: 'for one command of the build',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH make\n',
    },
    {
      kind: 'good',
      title: 'removed with its package',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get purge -y cuda-compat-12-4\nENV LD_LIBRARY_PATH=/usr/local/cuda/compat:$LD_LIBRARY_PATH\n',
    },
  ],
  check({ report: tell, stack, targets }) {
    const pairs = listTargetGpus(targets);
    const cuda = pairs.length === 0 ? undefined : shippedCuda(stack)?.version;
    if (cuda !== undefined && targets.every((target) => needsForward(target, cuda))) return;
    const unfit = pairs.filter(({ gpu }) => gpu.segment === 'geforce');
    const report: Reporter = (found) =>
      tell(unfit.length === 0 ? found : { ...found, messageId: 'target', severity: 'error', data: { ...found.data, targets: namePairs(unfit) }, evidence: [DATA_CENTER] });
    for (const stage of stack.stages) {
      if (!stage.shipped || findComponent(stage.final, 'cuda-compat') === undefined) continue;
      for (const step of stage.steps) {
        reportSearchPath(step, stack, report);
        reportConfiguration(step, stage, report);
      }
    }
  },
});

/** Every GPU of the target is for data centers, and its driver is older than this CUDA: what cuda-compat is for. */
function needsForward(target: Target, cuda: string): boolean {
  const fit = target.gpus.length > 0 && target.gpus.every(({ segment }) => segment === 'datacenter');
  return fit && judgeDriver(target, { cuda, checked: false, compat: false }) !== undefined;
}

type Reporter = (report: Report<MessageId>) => void;

function reportSearchPath(step: InstructionStep, stack: StackReport, report: Reporter): void {
  const path = assignedPath(step, 'LD_LIBRARY_PATH', (folder) => COMPAT.test(folder));
  if (path === undefined || path.added.length === 0) return;
  const shipped = stack.stages.at(-1)?.final.env.get('LD_LIBRARY_PATH')?.value.split(':') ?? [];
  for (const entry of path.added) {
    const at = shipped.indexOf(entry.folder);
    if (at < 0 || shipped.slice(0, at).some((folder) => MOUNTED.test(folder))) continue;
    const fix = removeFolder(path.value, entry, msg`Take the compatibility folder off LD_LIBRARY_PATH`);
    report({ messageId: 'searchPath', data: { path: entry.folder }, location: entry.location, evidence: [NEWER_DRIVER, DATA_CENTER], fixes: fix === undefined ? [] : [fix] });
  }
}

function reportConfiguration({ actions }: InstructionStep, stage: StageStack, report: Reporter): void {
  for (const { action } of actions) {
    if (action.kind !== 'file-write' || action.command.conditional || !/^\/etc\/ld\.so\.conf(?:\.d\/|$)/.test(action.path.value)) continue;
    const path = action.text?.value.split(/\s+/).find((line) => COMPAT.test(line));
    if (path === undefined || removesFile(stage, action.path.value)) continue;
    report({ messageId: 'configuration', data: { path }, location: { file: action.file, range: action.range }, evidence: [NEWER_DRIVER, DATA_CENTER] });
  }
}

function removesFile(stage: StageStack, path: string): boolean {
  return stage.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'file-remove' && action.paths.some(({ value }) => value === path)));
}
