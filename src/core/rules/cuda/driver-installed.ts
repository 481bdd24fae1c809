import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { PackageInstall, PackageSpec } from '../../shell/installers/model';
import type { ActionStep, StackReport, StageStack } from '../../stack/model';
import { stageCuda } from '../../stack/query';
import { baseName } from '../../text/path';
import { UNKNOWN } from '../../text/traced';
import { majorMinorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report } from '../model';
import { dropPackage } from '../support/edit-packages';

type MessageId = 'metapackage' | 'package' | 'openCl' | 'runfile' | 'driverRunfile' | 'script';

const MISMATCH: Evidence = {
  fact: msg`Where the image holds a newer driver library than the host, the links in the container lead to that one, which does not fit the kernel module.`,
  source: 'https://github.com/NVIDIA/libnvidia-container/issues/266',
  checked: '2026-11-20',
};
const METAPACKAGE: Evidence = {
  fact: msg`The packages cuda, cuda-X-Y and cuda-runtime-X-Y depend on the driver; cuda-toolkit-X-Y and cuda-libraries-X-Y do not.`,
  source: 'https://docs.nvidia.com/cuda/cuda-installation-guide-linux/#meta-packages',
  checked: '2026-11-20',
};
const OPENCL: Evidence = {
  fact: msg`nvidia-opencl-dev of Ubuntu depends on libnvidia-compute, in whose place the toolkit cannot mount the library of the host.`,
  source: 'https://github.com/NVIDIA/nvidia-container-toolkit/issues/371',
  checked: '2026-11-20',
};
const OLLAMA: Evidence = {
  fact: msg`The install script of Ollama installs cuda-drivers where it finds an NVIDIA GPU, with lspci or lshw, and no nvidia-smi.`,
  source: 'https://github.com/E4S-Project/e4s/issues/172',
  checked: '2026-11-20',
};

/** NVIDIA's meta packages that bring the driver, with the version in group 2. */
const METAPACKAGES = /^cuda(-runtime)?(?:-(\d+-\d+))?$/;

/** User space of the driver: packages of Ubuntu, Debian, NVIDIA's repositories, RPM Fusion and Arch. */
const DRIVER =
  /^(?:cuda-drivers(?:-.+)?|nvidia-driver(?:-.+|s)?|nvidia-open(?:-\d+)?|(?:x?server-)?xorg-(?:x11-)?(?:video|drv)-nvidia(?:-.+)?|xserver-xorg-video-nvidia(?:-.+)?|nvidia-(?:headless|utils|compute-utils)(?:-.+)?|nvidia-smi|nvidia-opencl-icd(?:-.+)?|opencl-nvidia|nvidia-libopencl1.*|nvidia-(?:3|4|5|6)\d\d(?:-(?:server|open|updates|dev))?|nvidia-current|libcuda1(?:-.+)?|libnvidia-(?:compute|gl|decode|encode|extra|fbc1|cfg1|common|ifr1|ml1|ptxjitcompiler1|encode1|opencl1|glcore|eglcore)(?:-.+)?|libnvcuvid1|nvidia-kmod.*|kmod-nvidia.*|akmod-nvidia)$/;
/** Kernel modules: who installs them builds a container for the driver itself. */
const KERNEL = /^(?:nvidia-(?:dkms|kernel|modprobe|fabricmanager)|linux-(?:modules|objects|signatures)-nvidia|linux-headers|kernel-(?:devel|headers)|kmod-nvidia|dkms$|nvidia-fabricmanager)/;

export const rule = defineRule<MessageId>({
  id: 'cuda-driver-installed',
  family: 'cuda',
  severity: 'warning',
  summary: 'The GPU driver, which belongs to the host, is installed in the image.',
  messages: {
    metapackage: '{package} brings the driver along with CUDA. It belongs to the host: another version in the image ends in `Driver/library version mismatch`, and its packages may not be installable in a container.',
    package: '{package} is part of the driver, which comes from the host: in the image it collides with the mounted one, `file exists`, or does not fit the kernel module, `Driver/library version mismatch`.',
    openCl: '{package} installs libnvidia-compute, a part of the driver, and keeps that of the host from being mounted: `libnvidia-ml.so.1: file exists`.',
    runfile: 'Without `--toolkit` the CUDA installer installs the driver too, or stops at its kernel module. The driver belongs to the host.',
    driverRunfile: 'The driver belongs to the host, which mounts its libraries into the container: another version in the image ends in `Driver/library version mismatch`.',
    script: 'The script installs cuda-drivers where it sees a GPU and no nvidia-smi, as on a host with one: the image then holds a driver of its own, `Driver/library version mismatch`.',
  },
  docs: {
    what: 'A package, installer or script that puts the NVIDIA driver into the image that runs: `cuda`, `cuda-12-4`, `cuda-runtime-12-4`, `cuda-drivers`, `nvidia-driver-535`, `libnvidia-compute-535`, `nvidia-utils-535`, `nvidia-opencl-dev`, the CUDA runfile without `--toolkit`, the install script of Ollama.',
    why: 'The user space of the driver has to fit the kernel module of the host, so the NVIDIA Container Toolkit mounts that of the host. A second one in the image [wins](https://github.com/NVIDIA/libnvidia-container/issues/266) when it is newer, or keeps the mount from being made.',
    instead: 'Install `cuda-toolkit-X-Y` to compile and `cuda-libraries-X-Y` to run, give the runfile `--toolkit`, and take nothing of `nvidia-*` and `libnvidia-*`. For OpenCL, `ocl-icd-libopencl1` and `/etc/OpenCL/vendors/nvidia.icd` are enough. Ollama is also there as an archive.',
    silent: 'The stage is only built in, the command may not run, the packages are removed again, or kernel modules are installed too: that is a container for the driver itself.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the package cuda',
      text: 'FROM ubuntu:jammy\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /tmp/k.deb\nRUN dpkg -i /tmp/k.deb && apt-get update && apt-get -y install «cuda»\n',
      messageId: 'metapackage',
      fixed:
        'FROM ubuntu:jammy\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /tmp/k.deb\nRUN dpkg -i /tmp/k.deb && apt-get update && apt-get -y install cuda-toolkit\n',
    },
    {
      kind: 'bad',
      title: 'with a version',
      text: 'FROM rockylinux:8\nRUN dnf config-manager --add-repo https://developer.download.nvidia.com/compute/cuda/repos/rhel8/x86_64/cuda-rhel8.repo && dnf install -y «cuda-runtime-12-4»\n',
      messageId: 'metapackage',
      fixed: 'FROM rockylinux:8\nRUN dnf config-manager --add-repo https://developer.download.nvidia.com/compute/cuda/repos/rhel8/x86_64/cuda-rhel8.repo && dnf install -y cuda-libraries-12-4\n',
    },
    {
      kind: 'bad',
      title: 'libraries and tools of the driver',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n    curl \\\n    «nvidia-utils-535» \\\n    git\n',
      messageId: 'package',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y --no-install-recommends \\\n    curl \\\n    git\n',
    },
    {
      kind: 'bad',
      title: 'OpenCL headers of Ubuntu',
      text: 'FROM nvidia/cuda:12.2.2-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y «nvidia-opencl-dev»\n',
      messageId: 'openCl',
      fixed: 'FROM nvidia/cuda:12.2.2-runtime-ubuntu22.04\nRUN apt-get update && apt-get install -y ocl-icd-opencl-dev\n',
    },
    {
      kind: 'bad',
      title: 'the whole of the runfile',
      text: 'FROM ubuntu:20.04\nRUN wget -q https://developer.download.nvidia.com/compute/cuda/11.8.0/local_installers/cuda_11.8.0_520.61.05_linux.run && «sh cuda_11.8.0_520.61.05_linux.run --silent»\n',
      messageId: 'runfile',
      fixed:
        'FROM ubuntu:20.04\nRUN wget -q https://developer.download.nvidia.com/compute/cuda/11.8.0/local_installers/cuda_11.8.0_520.61.05_linux.run && sh cuda_11.8.0_520.61.05_linux.run --silent --toolkit\n',
    },
    {
      kind: 'bad',
      title: 'the installer of the driver',
      text: 'FROM ubuntu:22.04\nRUN wget -q https://us.download.nvidia.com/XFree86/Linux-x86_64/535.129.03/NVIDIA-Linux-x86_64-535.129.03.run && «sh NVIDIA-Linux-x86_64-535.129.03.run --silent --no-kernel-module»\n',
      messageId: 'driverRunfile',
    },
    {
      kind: 'bad',
      title: 'a script that may install it, and can see the GPU',
      text: 'FROM nvidia/cuda:12.6.3-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y curl pciutils && «curl -fsSL https://ollama.com/install.sh» | sh\n',
      messageId: 'script',
    },
    {
      kind: 'good',
      title: 'toolkit and libraries alone',
      text: 'FROM ubuntu:22.04\nADD https://developer.download.nvidia.com/compute/cuda/repos/ubuntu2204/x86_64/cuda-keyring_1.1-1_all.deb /tmp/k.deb\nRUN dpkg -i /tmp/k.deb && apt-get update && apt-get install -y cuda-toolkit-12-4 cuda-libraries-12-4\n',
    },
    {
      kind: 'good',
      title: 'OpenCL without the driver',
      text: 'FROM nvidia/cuda:12.3.1-base-ubuntu22.04\nRUN apt-get update && apt-get install -y --no-install-recommends ocl-icd-libopencl1 && mkdir -p /etc/OpenCL/vendors && echo libnvidia-opencl.so.1 > /etc/OpenCL/vendors/nvidia.icd\n',
    },
    {
      kind: 'good',
      title: 'in a stage that is not shipped',
      text: 'FROM ubuntu:22.04 AS build\nRUN apt-get update && apt-get install -y libnvidia-compute-535\nFROM ubuntu:22.04\nCOPY --from=build /app /app\n',
    },
    {
      kind: 'good',
      title: 'the container toolkit',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y nvidia-container-toolkit libnvidia-container1 libnvidia-egl-wayland1\n',
    },
    {
      kind: 'bad',
      title: 'a version beside the name',
      text: 'FROM centos:7\nRUN yum install -y https://developer.download.nvidia.com/compute/cuda/repos/rhel7/x86_64/cuda-repo-rhel7-9.2.148-1.x86_64.rpm && yum install -y «cuda-9.1.85»\n',
      messageId: 'metapackage',
      fixed: 'FROM centos:7\nRUN yum install -y https://developer.download.nvidia.com/compute/cuda/repos/rhel7/x86_64/cuda-repo-rhel7-9.2.148-1.x86_64.rpm && yum install -y cuda-toolkit-9-1\n',
    },
    {
      kind: 'good',
      title: 'the installer unpacked, not run',
      text: 'FROM ubuntu:22.04\nADD https://developer.download.nvidia.com/compute/cuda/12.4.1/local_installers/cuda_12.4.1_550.54.15_linux.run /tmp/\nRUN sh /tmp/cuda_12.4.1_550.54.15_linux.run --tar xf\n',
    },
    {
      kind: 'good',
      title: 'kernel modules of a file',
      text: 'FROM redhat/ubi8\nARG DRIVER_VERSION\nRUN dnf install -y /rpms/kmod-nvidia-*.rpm && dnf install -y nvidia-driver-cuda-${DRIVER_VERSION}\n',
    },
    {
      kind: 'good',
      title: 'a container for the driver',
      text: 'FROM ubuntu:22.04\nRUN apt-get update && apt-get install -y nvidia-dkms-535-server nvidia-utils-535-server\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      if (!stage.shipped || isForDriver(stage)) continue;
      for (const { actions } of stage.steps) for (const step of actions) checkAction(step, stage, stack, report);
    }
  },
});

type Reporter = (report: Report<MessageId>) => void;

function isForDriver(stage: StageStack): boolean {
  return stage.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'package-install' && action.packages.some(({ name }) => KERNEL.test(baseName(name.value)))));
}

function checkAction({ action, before }: ActionStep, stage: StageStack, stack: StackReport, report: Reporter): void {
  const { conditional } = action.command;
  const location = { file: action.file, range: action.range };
  const severity = conditional ? ({ severity: 'information' } as const) : undefined;
  switch (action.kind) {
    case 'package-install':
      if (action.simulated) return;
      for (const spec of action.packages) {
        const found = describePackage(action, spec, { before, stage, stack });
        if (found !== undefined && !isRemoved(stage, spec.name.value)) report({ ...found, ...severity, location: { file: action.file, range: spec.range } });
      }
      return;
    case 'extract':
      if (!action.installsDriver) return;
      if (action.artifact?.kind === 'driver-runfile') report({ messageId: 'driverRunfile', ...severity, location, evidence: [MISMATCH] });
      else {
        const asked = action.command.words.some(({ text }) => /^--?driver$/.test(text.value));
        const end = action.command.words.at(-1)?.range.end;
        const fixes: Fix[] = asked || end === undefined ? [] : [{ title: msg`Install the toolkit alone`, safe: false, edits: [{ file: action.file, range: { start: end, end }, newText: ' --toolkit' }] }];
        report({ messageId: 'runfile', ...severity, location, evidence: [MISMATCH], fixes });
      }
      return;
    case 'download':
      if (!/^https?:\/\/(?:www\.)?ollama\.(?:com|ai)\/install\.sh$/.test(action.url.value)) return;
      report({ messageId: 'script', ...(seesGpu(stage) && !conditional ? undefined : { severity: 'information' }), location, evidence: [OLLAMA] });
      return;
    default:
      return;
  }
}

/** What the script looks for a GPU with. */
function seesGpu(stage: StageStack): boolean {
  return stage.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'package-install' && action.packages.some(({ name }) => name.value === 'pciutils' || name.value === 'lshw')));
}

function describePackage(action: PackageInstall, spec: PackageSpec, setting: { readonly before: ActionStep['before']; readonly stage: StageStack; readonly stack: StackReport }): Omit<Report<MessageId>, 'location'> | undefined {
  const name = spec.name.value;
  const data = { package: name };
  if (name.includes(UNKNOWN) || spec.localFile) return undefined;
  if (action.manager === 'apt' || action.manager === 'yum') {
    const meta = METAPACKAGES.exec(name);
    if (meta !== null) {
      const edit = spec.text.edit(0, spec.text.value.length, successorOf(meta, spec.version, setting.before));
      return { messageId: 'metapackage', data, evidence: [METAPACKAGE, MISMATCH], fixes: edit === undefined ? [] : [{ title: msg`Install ${edit.newText}`, safe: false, edits: [edit] }] };
    }
    if (name === 'nvidia-opencl-dev') {
      const edit = spec.name.edit(0, name.length, 'ocl-icd-opencl-dev');
      return { messageId: 'openCl', data, evidence: [OPENCL], fixes: edit === undefined ? [] : [{ title: msg`Install ocl-icd-opencl-dev`, safe: false, edits: [edit] }] };
    }
  }
  if (!DRIVER.test(name) && !(action.manager === 'pacman' && (name === 'nvidia' || name === 'nvidia-open'))) return undefined;
  const edit = dropPackage(action, spec, setting.stack);
  return { messageId: 'package', data, evidence: [MISMATCH], fixes: edit === undefined ? [] : [{ title: msg`Leave out ${name}`, safe: false, edits: [edit] }] };
}

/**
 * The package that brings the same without the driver: of the CUDA that the name says, that the version says
 * (`cuda=10.0.130-1`), or that is there.
 */
function successorOf([, runtime, version]: readonly (string | undefined)[], pinned: PackageSpec['version'], state: ActionStep['before']): string {
  const cuda = pinned?.value ?? stageCuda(state)?.version;
  const named = version ?? (cuda === undefined ? undefined : majorMinorOf(cuda)?.replace('.', '-'));
  return `${runtime === undefined ? 'cuda-toolkit' : 'cuda-libraries'}${named === undefined ? '' : `-${named}`}`;
}

function isRemoved(stage: StageStack, name: string): boolean {
  return stage.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'package-remove' && action.packages.some(({ name: removed }) => matches(removed.value, name))));
}

/** apt reads a name with special characters as a pattern. */
function matches(pattern: string, name: string): boolean {
  const prefix = pattern.replace(/^\^/, '').replace(/[.*?$[].*$/, '');
  return prefix === pattern ? name === pattern : prefix.length > 3 && name.startsWith(prefix);
}
