import type { EnvInstruction } from '../../dockerfile/model';
import { msg } from '../../l10n/message';
import type { InstructionStep, StackReport, StageStack } from '../../stack/model';
import { stageCuda } from '../../stack/query';
import { isInside } from '../../text/path';
import type { Location } from '../../text/range';
import type { Traced } from '../../text/traced';
import { majorMinorOf } from '../../version/dotted';
import { defineRule, type Report } from '../model';
import { isBuiltUpon, rootStage } from '../support/absence';

type MessageId = 'sibling' | 'cuda';

/** Variables with folders in which programs and build systems look. */
const FOLDER_LISTS = /^(?:PATH|LD_LIBRARY_PATH|LIBRARY_PATH|CPATH|C_INCLUDE_PATH|CPLUS_INCLUDE_PATH|CUDA_HOME|CUDA_PATH|CUDA_ROOT|CUDADIR|CUDA_TOOLKIT_ROOT_DIR|CONDA_DIR|CONDA_HOME|MAMBA_ROOT_PREFIX)$/;
const TOOLKIT_FOLDER = /^\/usr\/local\/cuda-(\d+\.\d+)(?=\/|$)/;

export const rule = defineRule<MessageId>({
  id: 'env-path-not-installed',
  family: 'environment',
  severity: 'warning',
  summary: 'PATH or CUDA_HOME names a folder that nothing creates, beside one that is there.',
  messages: {
    sibling: '{variable} names {folder}, which nothing creates; {other} is what is installed. Programs in there are not found: `command not found`.',
    cuda: '{variable} names {folder}, but the CUDA of this stage is {version}: nothing is found in there.',
  },
  docs: {
    what: '`ENV` puts a folder on `PATH`, `LD_LIBRARY_PATH` or `CUDA_HOME` that no instruction creates, while one of the same name and another version is there: `/root/anaconda2` beside `/root/anaconda3`, `/usr/local/cuda-11.8` in an image with CUDA 12.4.',
    why: 'A folder that does not exist is passed over without a word. The program is then not found, or another one of the same name is: the distribution’s Python in place of Anaconda’s, no nvcc, the libraries of another place.',
    instead: 'Name the folder that is installed. For CUDA, `/usr/local/cuda` is a link to the version of the image.',
    silent: 'The base image is not known, a step may have created the folder, or nothing of a like name is there.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'Anaconda 3 is installed, Anaconda 2 is on PATH',
      text: 'FROM nvidia/cuda:11.4.3-devel-ubuntu20.04\nENV PATH="«/root/anaconda2/bin»:${PATH}"\nRUN curl --silent -O https://repo.anaconda.com/archive/Anaconda3-2023.03-Linux-x86_64.sh && bash Anaconda3-2023.03-Linux-x86_64.sh -b -p /root/anaconda3\n',
      messageId: 'sibling',
      fixed:
        'FROM nvidia/cuda:11.4.3-devel-ubuntu20.04\nENV PATH="/root/anaconda3/bin:${PATH}"\nRUN curl --silent -O https://repo.anaconda.com/archive/Anaconda3-2023.03-Linux-x86_64.sh && bash Anaconda3-2023.03-Linux-x86_64.sh -b -p /root/anaconda3\n',
    },
    {
      kind: 'bad',
      title: 'the toolkit of an earlier base image',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV CUDA_HOME=«/usr/local/cuda-11.8»\n',
      messageId: 'cuda',
      fixed: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV CUDA_HOME=/usr/local/cuda-12.4\n',
    },
    {
      kind: 'good',
      title: 'the folder that is installed',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV PATH=/opt/conda/bin:$PATH CUDA_HOME=/usr/local/cuda-12.4\nRUN curl -O https://repo.anaconda.com/miniconda/Miniconda3-latest-Linux-x86_64.sh && bash Miniconda3-latest-Linux-x86_64.sh -b -p /opt/conda\n',
    },
    {
      kind: 'good',
      title: 'a second toolkit',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nRUN apt-get update && apt-get install -y cuda-toolkit-11-8\nENV CUDA_HOME=/usr/local/cuda-11.8\n',
    },
    {
      kind: 'good',
      title: 'nothing of a like name',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04\nENV PATH=/opt/tool/bin:$PATH\n',
    },
  ],
  check({ report, stack }) {
    for (const stage of stack.stages) {
      if (rootStage(stage).base.image?.componentsComplete !== true) continue;
      for (const step of stage.steps) if (step.instruction.kind === 'env') checkAssignments(step.instruction, step, stage, stack, report);
    }
  },
});

type Reporter = (report: Report<MessageId>) => void;

function checkAssignments({ assignments }: EnvInstruction, { after }: InstructionStep, stage: StageStack, stack: StackReport, report: Reporter): void {
  for (const { name } of assignments) {
    const value = FOLDER_LISTS.test(name) ? after.env.get(name) : undefined;
    if (value === undefined) continue;
    let start = 0;
    for (const folder of value.value.split(':')) {
      const end = start + folder.length;
      // What comes from the variable's earlier value was judged there.
      const inherited = value.slice(start, end).pieces.some(({ use }) => use?.name === name);
      const location = inherited || !folder.startsWith('/') ? undefined : value.locate(start, end);
      if (location !== undefined) checkFolder({ variable: name, folder, value, start, location }, stage, stack, report);
      start = end + 1;
    }
  }
}

interface Entry {
  readonly variable: string;
  readonly folder: string;
  /** Of the whole variable, and where the folder begins in it. */
  readonly value: Traced;
  readonly start: number;
  readonly location: Location;
}

function checkFolder(entry: Entry, stage: StageStack, stack: StackReport, report: Reporter): void {
  const { variable, folder, location } = entry;
  // A later stage may still create what an earlier one names.
  const later = stack.stages.filter((other) => isBuiltUpon(other, stage));
  if (later.some(({ final }) => final.opaque)) return;
  const paths = later.flatMap(({ final }) => final.paths);
  if (paths.some(({ path }) => isInside(path, folder) || isInside(folder, path))) return;
  const toolkit = TOOLKIT_FOLDER.exec(folder)?.[1];
  if (toolkit !== undefined) {
    if (isMentioned(`cuda-${toolkit}`, later)) return;
    const cudas = later.map(({ final }) => stageCuda(final));
    const cuda = cudas[0];
    const version = cuda && majorMinorOf(cuda.version);
    if (cuda === undefined || version === undefined || cudas.some((one) => one === undefined || majorMinorOf(one.version) !== version) || version === toolkit) return;
    if (later.some(({ final }) => final.components.some((item) => 'version' in item.version && item.version.version.startsWith(toolkit)))) return;
    report({
      messageId: 'cuda',
      data: { variable, folder, version },
      location,
      related: [{ location: cuda.component.where, message: msg`CUDA ${version} comes in here.` }],
      fixes: replacePart(entry, '/usr/local/cuda-'.length, toolkit, version),
    });
    return;
  }
  for (const { path, where } of paths) {
    const part = findNamesake(folder, path);
    if (part === undefined || isMentioned(part.name, later)) continue;
    report({
      messageId: 'sibling',
      data: { variable, folder: folder.slice(0, part.at + part.name.length), other: path },
      location,
      related: [{ location: where, message: msg`${path} is created here.` }],
      fixes: replacePart(entry, part.at, part.name, part.other),
    });
    return;
  }
}

/** Whether a command names something, and so may create it. */
function isMentioned(name: string, stages: readonly StageStack[]): boolean {
  return stages.some(({ steps }) => steps.some(({ commands }) => commands.some(({ words }) => words.some(({ text }) => text.value.includes(name)))));
}

/** The component in which a folder differs from a path with the same parent, when only digits and punctuation differ. */
function findNamesake(folder: string, path: string): { readonly at: number; readonly name: string; readonly other: string } | undefined {
  const parts = path.split('/');
  const depth = parts.length - 1;
  const wanted = folder.split('/');
  const name = wanted[depth] ?? '';
  const other = parts[depth] ?? '';
  if (depth < 2 || wanted.slice(0, depth).join('/') !== parts.slice(0, depth).join('/') || name === other) return undefined;
  const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');
  return letters(name).length >= 4 && letters(name) === letters(other) ? { at: parts.slice(0, depth).join('/').length + 1, name, other } : undefined;
}

function replacePart({ value, start }: Entry, at: number, name: string, other: string): Report['fixes'] & object {
  const edit = value.edit(start + at, start + at + name.length, other);
  return edit === undefined ? [] : [{ title: msg`Write ${other}`, safe: false, edits: [edit] }];
}
