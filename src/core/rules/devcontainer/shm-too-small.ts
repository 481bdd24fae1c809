import { locateData } from '../../data/model';
import { defineDevcontainerRule } from '../model';
import { DEFAULT_SHM_BYTES, findSharedMemoryNeed, readBytes } from '../support/shared-memory';
import { findOption, locateImage } from './wiring';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-shm-too-small',
  severity: 'information',
  summary: 'A dev container for training has 64 MB of shared memory.',
  messages: {
    unset: '{what} shares data between processes through /dev/shm, of which Docker gives 64 MB: `DataLoader worker is killed by signal: Bus error`.',
    small: '--shm-size is {size}, no more than Docker gives anyway, and {what} shares data between processes through /dev/shm: `Bus error … insufficient shared memory (shm)`.',
  },
  docs: {
    what: 'The container is made of an NGC framework image, and `runArgs` have neither `--ipc=host` nor a `--shm-size` above 64 MB.',
    why: '[DataLoader workers](https://github.com/pytorch/pytorch/issues/5040) and [NCCL](https://github.com/NVIDIA/nccl/issues/342) exchange tensors in `/dev/shm`. NGC images warn of it when they start, and ask for `--ipc=host --ulimit memlock=-1 --ulimit stack=67108864`; a dev container does not show that warning, for it replaces their command.',
    instead: '`"runArgs": ["--ipc=host"]`, or `"--shm-size=8g"`.',
    silent: 'The container is a service of Compose, `/dev/shm` is mounted, or the image is not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'PyTorch of NGC',
      text: '{\n  "image": "«nvcr.io/nvidia/pytorch:24.05-py3»",\n  "hostRequirements": { "gpu": "optional" }\n}\n',
      messageId: 'unset',
    },
    {
      kind: 'bad',
      title: 'a size that changes nothing',
      text: '{\n  "image": "nvcr.io/nvidia/pytorch:24.05-py3",\n  "hostRequirements": { "gpu": "optional" },\n  "runArgs": ["--shm-size", «"64m"»]\n}\n',
      messageId: 'small',
    },
    {
      kind: 'good',
      title: 'shared memory of the host',
      text: '{\n  "image": "nvcr.io/nvidia/pytorch:24.05-py3",\n  "hostRequirements": { "gpu": "optional" },\n  "runArgs": ["--ipc=host", "--ulimit", "memlock=-1"]\n}\n',
    },
  ],
  check({ devcontainer, image, report }) {
    const { compose, mounts } = devcontainer;
    if (compose !== undefined || findOption(devcontainer, '--ipc') !== undefined || mounts.some(({ target }) => target === '/dev/shm')) return;
    const option = findOption(devcontainer, '--shm-size');
    const bytes = option === undefined ? DEFAULT_SHM_BYTES : readBytes(option.value ?? '');
    const need = bytes !== undefined && bytes <= DEFAULT_SHM_BYTES ? findSharedMemoryNeed(image, []) : undefined;
    if (need === undefined) return;
    const { what, evidence } = need;
    if (option?.valueNode !== undefined) report({ messageId: 'small', data: { what, size: option.value ?? '' }, location: locateData(option.valueNode), evidence });
    else report({ messageId: 'unset', data: { what }, location: locateImage(devcontainer), evidence });
  },
});
