import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { baseName } from '../../text/path';
import type { Location } from '../../text/range';
import { UNKNOWN } from '../../text/traced';
import { defineRule, type Report } from '../model';
import { assignedPath, removeFolder, splitPath } from '../support/search-path';

// What the NVIDIA Container Toolkit mounts from the host.
const DRIVER_LIBRARY = /(?:^|\/)lib(?:cuda|nvidia-ml|nvcuvid|nvidia-encode|nvidia-ptxjitcompiler|nvidia-opencl|nvoptix)\.so(?:[.*\d]*)$/;
const STUBS = /\/stubs\/?$/;
const STUB_LIBRARY = /\/stubs\/libcuda\.so(?:\.1)?$/;

const MOUNTED: Evidence = {
  fact: msg`The NVIDIA Container Toolkit mounts the driver libraries of the host; it fails when the image holds files in their place.`,
  source: 'https://github.com/NVIDIA/nvidia-docker/issues/1551',
  checked: '2026-11-20',
};

const STUB_WINS: Evidence = {
  fact: msg`The libcuda of a stubs folder only satisfies the linker; a program that loads it at run time finds no GPU.`,
  source: 'https://github.com/tensorflow/tensorflow/issues/36974',
  checked: '2026-11-20',
};

const LIBRARIES_FIRST: Evidence = {
  fact: msg`From 1.16 on the NVIDIA Container Toolkit registers the libraries that it mounts before those of the image.`,
  source: 'https://github.com/NVIDIA/nvidia-container-toolkit/blob/main/CHANGELOG.md',
  checked: '2026-11-20',
};

type MessageId = 'copied' | 'stubsOnPath' | 'stubsLinked' | 'stubsConfigured';

export const rule = defineRule<MessageId>({
  id: 'cuda-driver-library-copied',
  family: 'cuda',
  severity: 'error',
  summary: 'A library of the GPU driver, or its stub, is put where programs load it.',
  messages: {
    copied: '{library} belongs to the driver of the host. A copy in the image keeps the toolkit from mounting it, or does not match the kernel module: `file exists`, `Driver/library version mismatch`.',
    stubsOnPath: '{path} holds stubs for linking; on LD_LIBRARY_PATH a program can load the stub in place of the driver: `CUDA driver is a stub library`.',
    stubsLinked: '{path} holds a stub that was linked as libcuda.so.1; on LD_LIBRARY_PATH it wins over the driver: `CUDA driver is a stub library`.',
    stubsConfigured: '{path} holds stubs for linking; in ld.so.conf.d ldconfig registers the stub as libcuda.so.1, and where the NVIDIA Container Toolkit is older than 1.16 a program can load it: `CUDA driver is a stub library`.',
  },
  docs: {
    what: 'libcuda, libnvidia-ml or another library of the driver is copied into the image, or a CUDA `stubs` folder stands on `LD_LIBRARY_PATH` or in `/etc/ld.so.conf.d` of the image that runs.',
    why: 'The driver comes from the host: the NVIDIA Container Toolkit mounts its libraries when the container starts. Another copy collides with the mount, or is loaded in its place and does not fit the kernel module. A stub is worse: it loads, and then finds no device.',
    instead: 'Leave the driver out. For a build step that links against libcuda, give the stubs folder to that command alone (`LIBRARY_PATH=/usr/local/cuda/lib64/stubs make`).',
    silent: 'The stage is only built in and never shipped, the path is set for one command or taken back by a later `ENV`, the file in `ld.so.conf.d` comes after those of the system, or the library lies in a `compat` folder or where no program looks for it.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'libcuda copied from another image',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY «libcuda.so.1» /usr/lib/x86_64-linux-gnu/\n',
      messageId: 'copied',
    },
    {
      kind: 'bad',
      title: 'stubs before everything else',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=«/usr/local/cuda/lib64/stubs»:$LD_LIBRARY_PATH\n',
      messageId: 'stubsOnPath',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=$LD_LIBRARY_PATH\n',
    },
    {
      kind: 'bad',
      title: 'the stub is linked under the name that programs load',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN ln -s /usr/local/cuda/lib64/stubs/libcuda.so /usr/local/cuda/lib64/stubs/libcuda.so.1\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:«/usr/local/cuda/lib64/stubs»\n',
      messageId: 'stubsLinked',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN ln -s /usr/local/cuda/lib64/stubs/libcuda.so /usr/local/cuda/lib64/stubs/libcuda.so.1\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64\n',
    },
    {
      kind: 'bad',
      title: 'stubs registered with ldconfig',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN «echo /usr/local/cuda/lib64/stubs > /etc/ld.so.conf.d/stubs.conf» && ldconfig\n',
      messageId: 'stubsConfigured',
      severity: 'warning',
    },
    {
      kind: 'bad',
      title: 'the version in a variable',
      text: 'FROM ubuntu:22.04\nENV DRIVER=535.183.06\nCOPY «driver/libcuda.so.${DRIVER}» /usr/lib/x86_64-linux-gnu/\n',
      messageId: 'copied',
    },
    {
      kind: 'good',
      title: 'a copy where no program looks for it',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nADD patches/libcuda.so.1 /opt/tvm/build\nRUN make -C /opt/tvm/build\n',
    },
    {
      kind: 'good',
      title: 'stubs for one command',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH make\n',
    },
    {
      kind: 'good',
      title: 'stubs in a stage that is not shipped',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\nRUN make\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build /app /app\n',
    },
    {
      kind: 'good',
      title: 'registered behind the folders of the system, as in TensorFlow’s images',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN echo /usr/local/cuda/lib64/stubs > /etc/ld.so.conf.d/z-cuda-stubs.conf && ldconfig\n',
    },
    {
      kind: 'good',
      title: 'a later ENV takes the stubs back',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64:/usr/local/cuda/lib64/stubs\nRUN make\nENV LD_LIBRARY_PATH=/usr/local/nvidia/lib64:/usr/local/cuda/lib64\n',
    },
    {
      kind: 'good',
      title: 'stubs for the linker',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV LIBRARY_PATH=/usr/local/cuda/lib64/stubs\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      if (!stage.shipped) continue;
      for (const step of stage.steps) {
        reportCopies(step, stack, report);
        reportSearchPath(step, stage, stack, report);
        reportLoaderConfiguration(step, stage, report);
      }
    }
  },
});

type Reporter = (report: Report<MessageId>) => void;

/** Whether the loader looks there, and the toolkit may mount there: a folder of libraries, or one on the search path. */
function isSearched(raw: string, step: InstructionStep): boolean {
  const { after } = step;
  const folder = expand(raw, step).replace(/\/(?:lib[^/]*\.so[^/]*)?$/, '');
  return /(?:^|\/)lib(?:32|64|x32)?(?:\/|$)/.test(folder) || after.env.get('LD_LIBRARY_PATH')?.value.split(':').includes(folder) === true;
}

/** A path with the values of its variables. */
function expand(raw: string, { variable }: InstructionStep): string {
  return raw.replace(/\$\{?(\w+)\}?/g, (_, name: string) => variable(name)?.value ?? UNKNOWN);
}

function reportCopies(step: InstructionStep, stack: StackReport, report: Reporter): void {
  const { instruction } = step;
  if (instruction.kind !== 'copy' && instruction.kind !== 'add') return;
  // A folder of stubs or of compatibility libraries is where they belong.
  if (/\/(?:stubs|compat)(?:\/|$)/.test(instruction.destination?.raw ?? '')) return;
  for (const { raw, range } of instruction.sources) {
    const source = expand(raw, step);
    if (!DRIVER_LIBRARY.test(source) || !isSearched(instruction.destination?.raw ?? '', step)) continue;
    const library = source.slice(source.lastIndexOf('/') + 1);
    report({ messageId: 'copied', data: { library }, location: { file: stack.dockerfile.file, range }, evidence: [MOUNTED] });
  }
}

/** A stubs folder in the value that ENV gives LD_LIBRARY_PATH here, and that the image is shipped with. */
function reportSearchPath(step: InstructionStep, stage: StageStack, stack: StackReport, report: Reporter): void {
  const path = assignedPath(step, 'LD_LIBRARY_PATH', (folder) => STUBS.test(folder));
  if (path === undefined || path.added.length === 0) return;
  const shipped = stack.stages.at(-1)?.final.env.get('LD_LIBRARY_PATH')?.value.split(':') ?? [];
  // Where some container runtimes mount the driver: what they find there comes before the stub.
  const mounted = splitPath(path.value).find(({ folder }) => folder.startsWith('/usr/local/nvidia/lib'));
  for (const entry of path.added) {
    if (!shipped.includes(entry.folder)) continue;
    const link = findStubLink(stage);
    const wins = link !== undefined && !(mounted !== undefined && mounted.start < entry.start);
    const fix = removeFolder(path.value, entry, msg`Take the stubs off LD_LIBRARY_PATH`);
    report({
      messageId: link === undefined ? 'stubsOnPath' : 'stubsLinked',
      severity: wins ? 'error' : 'warning',
      data: { path: entry.folder },
      location: entry.location,
      evidence: [STUB_WINS],
      related: link === undefined ? [] : [{ location: link, message: msg`The stub is linked as libcuda.so.1 here.` }],
      fixes: fix === undefined ? [] : [fix],
    });
  }
}

/** Where the stage links the stub as libcuda.so.1 and does not remove it again. */
function findStubLink(stage: StageStack): Location | undefined {
  const actions = stage.steps.flatMap((step) => step.actions.map(({ action }) => action));
  const link = actions.find((action) => action.kind === 'file-copy' && STUB_LIBRARY.test(action.destination.value) && action.sources.some(({ value }) => STUB_LIBRARY.test(value) || value === 'libcuda.so'));
  const removed = actions.some((action) => action.kind === 'file-remove' && action.paths.some(({ value }) => STUB_LIBRARY.test(value) || STUBS.test(value)));
  return link === undefined || removed ? undefined : { file: link.file, range: link.range };
}

/** A stubs folder written to ld.so.conf.d, the file not removed again. */
function reportLoaderConfiguration({ actions }: InstructionStep, stage: StageStack, report: Reporter): void {
  for (const { action } of actions) {
    if (action.kind !== 'file-write' || !action.path.value.startsWith('/etc/ld.so.conf')) continue;
    const path = action.text?.value.split(/\s+/).find((line) => STUBS.test(line));
    // The loader takes folders in the order of the files' names; in that of the system's folders lies the mounted driver.
    const isLast = baseName(action.path.value) > 'x86_64-linux-gnu.conf';
    if (path === undefined || isLast || removesFile(stage, action.path.value)) continue;
    report({ messageId: 'stubsConfigured', severity: 'warning', data: { path }, location: { file: action.file, range: action.range }, evidence: [STUB_WINS, LIBRARIES_FIRST] });
  }
}

function removesFile(stage: StageStack, path: string): boolean {
  return stage.steps.some((step) =>
    step.actions.some(({ action }) => action.kind === 'file-remove' && action.paths.some(({ value }) => value === path)),
  );
}
