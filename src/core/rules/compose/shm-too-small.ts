import { appendEntry } from '../../data/edit-yaml';
import { findScalar, findValue, listItems, locateData } from '../../data/model';
import type { ComposeProject, ComposeService } from '../../compose/model';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';
import { DEFAULT_SHM_BYTES, findSharedMemoryNeed, readBytes } from '../support/shared-memory';

export const rule = defineComposeRule({
  id: 'compose-shm-too-small',
  severity: 'warning',
  summary: 'A service that trains or serves with several processes has 64 MB of shared memory.',
  messages: {
    unset: '{what} shares data between processes through /dev/shm, of which Docker gives 64 MB: `Bus error … insufficient shared memory (shm)`.',
    small: 'shm_size is {size}, no more than Docker gives anyway, and {what} shares data between processes through /dev/shm: `Bus error … insufficient shared memory (shm)`.',
  },
  docs: {
    what: 'A service runs a training or serving framework and has neither `shm_size` nor `ipc: host`, or a `shm_size` of 64 MB or less.',
    why: '[DataLoader workers](https://github.com/pytorch/pytorch/issues/5040), [NCCL](https://github.com/NVIDIA/nccl/issues/342), vLLM with tensor parallelism and Triton’s Python backend exchange tensors in `/dev/shm`. When it is full they are killed, at times after hours: `DataLoader worker is killed by signal: Bus error`, `Error while creating shared memory segment`.',
    instead: '`shm_size: 8gb`, or `ipc: host`, which takes the shared memory of the host. NGC images ask for `ulimits` too: `memlock: -1` and `stack: 67108864`.',
    silent: 'The size is set, `/dev/shm` is mounted, or nothing shows that the image shares memory. Information where only the image, and not the command, speaks for it.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'distributed training',
      text: 'services:\n  train:\n    image: «pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime»\n    command: torchrun --nproc-per-node=4 train.py\n    gpus: all\n',
      messageId: 'unset',
      fixed: 'services:\n  train:\n    image: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n    command: torchrun --nproc-per-node=4 train.py\n    gpus: all\n    shm_size: 8gb\n',
    },
    {
      kind: 'bad',
      title: 'an image that warns at its start',
      text: 'services:\n  notebook:\n    image: «nvcr.io/nvidia/pytorch:24.05-py3»\n    gpus: all\n',
      messageId: 'unset',
      severity: 'information',
      fixed: 'services:\n  notebook:\n    image: nvcr.io/nvidia/pytorch:24.05-py3\n    gpus: all\n    shm_size: 8gb\n',
    },
    {
      kind: 'bad',
      title: 'a size that changes nothing',
      text: 'services:\n  train:\n    image: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n    command: python train.py --num_workers 8\n    gpus: all\n    shm_size: «64mb»\n',
      messageId: 'small',
      fixed: 'services:\n  train:\n    image: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n    command: python train.py --num_workers 8\n    gpus: all\n    shm_size: 8gb\n',
    },
    {
      kind: 'good',
      title: 'shared memory of the host',
      text: 'services:\n  train:\n    image: nvcr.io/nvidia/pytorch:24.05-py3\n    ipc: host\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'a single process',
      text: 'services:\n  infer:\n    image: pytorch/pytorch:2.3.1-cuda12.1-cudnn8-runtime\n    command: python infer.py\n    gpus: all\n',
    },
  ],
  check({ project, report, imageOf }) {
    for (const service of project.services) {
      const { complete, node, command, entrypoint, mounts, build, image } = service;
      if (!complete || findValue(node, 'ipc') !== undefined || mounts.some(({ target }) => target === '/dev/shm') || isTmpfs(service)) continue;
      const size = findScalar(node, 'shm_size');
      const bytes = size === undefined ? DEFAULT_SHM_BYTES : readBytes(size.text.value);
      const container = imageOf(service);
      const need = bytes !== undefined && bytes <= DEFAULT_SHM_BYTES ? findSharedMemoryNeed(container, [...entrypoint, ...command]) : undefined;
      if (need === undefined || (size === undefined && findValue(node, 'shm_size') !== undefined)) continue;
      const severity = need.certain ? {} : { severity: 'information' as const };
      const { what, evidence } = need;
      if (size !== undefined) {
        const edit = size.text.edit(0, size.text.value.length, '8gb');
        report({ ...severity, messageId: 'small', data: { what, size: size.text.value }, location: size.text.locate() ?? locateData(size), evidence, fixes: edit === undefined ? [] : [{ title: msg`Set shm_size: 8gb`, safe: false, edits: [edit] }] });
      } else {
        const location = build === undefined && image !== undefined ? (image.text.locate() ?? locateData(image)) : service.location;
        report({ ...severity, messageId: 'unset', data: { what }, location, evidence, fixes: addSize(project, service) });
      }
    }
  },
});

function isTmpfs({ node }: ComposeService): boolean {
  const tmpfs = findValue(node, 'tmpfs');
  return (tmpfs?.kind === 'list' ? listItems(tmpfs) : [tmpfs]).some((item) => item?.kind === 'scalar' && item.text.value.startsWith('/dev/shm'));
}

function addSize({ text, file }: ComposeProject, { node }: ComposeService): readonly Fix[] {
  const edit = node.file === file ? appendEntry(text, node, [[0, 'shm_size: 8gb']], '') : undefined;
  return edit === undefined ? [] : [{ title: msg`Add shm_size: 8gb`, safe: false, edits: [edit] }];
}
