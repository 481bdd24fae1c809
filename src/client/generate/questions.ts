import { l10n, Uri, workspace } from 'vscode';
import { folderOf } from '../../core/build/places';
import type { ComposeService } from '../../core/compose/model';
import { readCompose } from '../../core/compose/read';
import { readDevcontainer } from '../../core/devcontainer/read';
import { decodeImage } from '../../core/image/decode';
import { parseImageReference } from '../../core/image/reference';
import { solve } from '../../core/solver/solve';
import { without } from '../../core/without';
import { DEFAULT_CHOICES, type Access, type Choices, type Display } from '../../generate/choices';
import { COMPOSE_FILES, DEVCONTAINER_FILES, suggestMemory } from '../../generate/generate';
import { readDevcontainerPlan } from '../../generate/read-devcontainer';
import { suggestAudio, suggestDisplay, suggestEngine, withExtras, type Extra, type Machine } from '../../generate/suggest';
import { toPlain } from '../docker/plain';
import { findFile } from './apply';
import { askDetails } from './details';
import { askAll, askText, pickMany, pickOne, recommended, type Choice, type Question } from './steps';

/** What is written: the questions are the same but for a few. */
export type Form = 'devcontainer' | 'compose' | 'run';

/** What a person chose: what the container is made of, and how it is run. */
export interface Chosen {
  readonly choices: Choices;
  /** A service of a Compose file that becomes the dev container: the file below the folder, and the name. */
  readonly service: { readonly file: string; readonly service: ComposeService } | undefined;
  readonly comments: boolean;
  /** What few people change is asked for, too. */
  readonly more: boolean;
}

type Base = { readonly kind: 'build'; readonly dockerfile: string; readonly stage: string | undefined } | { readonly kind: 'image'; readonly image: string } | { readonly kind: 'other' } | { readonly kind: 'service'; readonly file: string; readonly service: ComposeService };

/** Asks how a container is to be run; sensible answers are chosen already. Undefined when it was dismissed. Without a machine nothing is said of what suits it. */
export async function askChoices(title: string, form: Form, folder: Uri, machine: Machine | undefined): Promise<Chosen | undefined> {
  const own = form === 'devcontainer' ? await readOwnBase(folder) : undefined;
  const start: Chosen = { choices: { ...DEFAULT_CHOICES, ...own, ...(machine && { engine: suggestEngine(machine) }), ...(form !== 'devcontainer' && { workspace: '/workspace' }) }, service: undefined, comments: false, more: false };
  const base = own === undefined ? [askBase(await listBases(form, folder))] : [];
  return askAll(title, start, [...base, askGpus(form), askDisplay(form, machine), askAccess, askExtras(form, machine), askDetails(form)]);
}

function askBase(bases: readonly Choice<Base>[]): Question<Chosen> {
  return async (answers, place) => {
    const [first] = bases;
    if (first === undefined) return undefined;
    const answered = await pickOne(place, l10n.t('What is the container made of?'), bases, first.value);
    if (answered === undefined || answered === 'back') return answered;
    const { value } = answered;
    const choices = without(answers.choices, 'image', 'build', 'shmSize', 'ulimits');
    switch (value.kind) {
      case 'build':
        return { value: { ...answers, service: undefined, choices: { ...choices, ulimits: [], build: { context: '.', dockerfile: value.dockerfile === 'Dockerfile' ? undefined : value.dockerfile, target: value.stage, args: [] } } } };
      case 'service':
        return { value: { ...answers, service: value, choices: { ...choices, ulimits: [] } } };
      case 'image':
        return { value: { ...answers, service: undefined, choices: { ...choices, ulimits: [], image: value.image, ...suggestMemory(decodeImage(value.image)) } } };
      case 'other': {
        const text = await askText({ ...place, step: place.step + 1 }, l10n.t('Name of the image, with its tag'), '', (given) => (parseImageReference(given.trim()) === undefined ? l10n.t('This is no name of an image: nvidia/cuda:12.4.1-devel-ubuntu22.04 is one.') : undefined));
        if (text === 'back') return askBase(bases)(answers, place);
        return text === undefined ? undefined : { value: { ...answers, service: undefined, choices: { ...choices, ulimits: [], image: text.value, ...suggestMemory(decodeImage(text.value)) } } };
      }
    }
  };
}

/** What the dev container that is there is made of; undefined where none is, or where its file does not say it by itself. It stays, so that nobody is asked. */
async function readOwnBase(folder: Uri): Promise<Partial<Choices> | undefined> {
  const file = await findFile(folder, DEVCONTAINER_FILES);
  const text = await readText(Uri.joinPath(folder, file));
  const existing = text === undefined ? undefined : readDevcontainer(text, file);
  const plan = existing && readDevcontainerPlan(existing, folderOf(file)).plan;
  if (plan?.build !== undefined) return { build: plan.build, ulimits: [] };
  return plan?.image === undefined ? undefined : { image: plan.image, ulimits: [], ...suggestMemory(decodeImage(plan.image)) };
}

/** Dockerfiles and services of the folder before images. */
async function listBases(form: Form, folder: Uri): Promise<readonly Choice<Base>[]> {
  const bases: Choice<Base>[] = [];
  for (const name of ['Dockerfile', 'docker/Dockerfile', '.devcontainer/Dockerfile']) {
    const text = await readText(Uri.joinPath(folder, name));
    if (text === undefined) continue;
    const stage = form === 'devcontainer' && /^FROM\s.*\sAS\s+dev\s*$/im.test(text) ? 'dev' : undefined;
    bases.push({ label: `$(file) ${name}`, description: stage === undefined ? l10n.t('build it') : l10n.t('build its stage dev'), value: { kind: 'build', dockerfile: name, stage } });
  }
  if (form === 'devcontainer') {
    for (const file of COMPOSE_FILES) {
      const text = await readText(Uri.joinPath(folder, file));
      const project = text === undefined ? undefined : readCompose(text, file);
      for (const service of project?.services ?? []) bases.push({ label: `$(symbol-class) ${toPlain(service.name, 100)}`, description: l10n.t('the service of {0}', file), value: { kind: 'service', file, service } });
    }
  }
  for (const { image, components } of solve({ tensorrt: 'any', family: 'ngc' }, { count: 1 }).combinations) {
    const tensorrt = components.find(({ key }) => key === 'tensorrt')?.version ?? '';
    bases.push({ label: `$(package) ${image}`, description: `TensorRT ${tensorrt}`, detail: l10n.t('NVIDIA’s image with CUDA, cuDNN, TensorRT and Python: nothing to install'), value: { kind: 'image', image } });
  }
  bases.push({ label: `$(edit) ${l10n.t('Another image…')}`, value: { kind: 'other' } });
  return bases;
}

async function readText(uri: Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(uri));
  } catch {
    return undefined;
  }
}

type GpuAnswer = 'optional' | 'required' | 'some' | 'none';

function askGpus(form: Form): Question<Chosen> {
  return async (answers, place) => {
    // The service says by itself what it gets.
    if (answers.service !== undefined) return { value: answers };
    const answered = await pickOne<GpuAnswer>(
      place,
      l10n.t('Which GPUs does it get?'),
      [
        { label: l10n.t('All, where there are any'), detail: form === 'compose' ? l10n.t('The request for GPUs stands in a file of its own, for machines that have some') : l10n.t('Opens on a laptop without a GPU, too'), value: 'optional' },
        { label: l10n.t('All, and not without'), detail: l10n.t('Does not start where there is none'), value: 'required' },
        { label: l10n.t('Some of them…'), detail: l10n.t('By number or UUID, as nvidia-smi -L shows them'), value: 'some' },
        { label: l10n.t('None'), value: 'none' },
      ],
      'optional',
    );
    if (answered === undefined || answered === 'back') return answered;
    const { choices } = answers;
    if (answered.value !== 'some') return { value: { ...answers, choices: { ...choices, gpus: answered.value === 'none' ? 'none' : 'all', gpuOptional: answered.value === 'optional' } } };
    const text = await askText(place, l10n.t('Numbers or UUIDs, with commas'), '0', (given) => (/^\s*(?:\d+|GPU-[\w-]+|MIG-[\w/-]+)(?:\s*,\s*(?:\d+|GPU-[\w-]+|MIG-[\w/-]+))*\s*$/.test(given) ? undefined : l10n.t('Such as 0,1 or GPU-3c1f…')));
    if (text === 'back') return askGpus(form)(answers, place);
    return text === undefined ? undefined : { value: { ...answers, choices: { ...choices, gpus: text.value.split(',').map((id) => id.trim()), gpuOptional: false } } };
  };
}

function askDisplay(form: Form, machine: Machine | undefined): Question<Chosen> {
  return async (answers, place) => {
    if (answers.service !== undefined) return { value: answers };
    const suggested = machine && suggestDisplay(machine);
    const mark = (display: Display): { readonly description?: string } => (display === suggested ? { description: recommended() } : {});
    const answered = await pickOne<Display>(
      place,
      l10n.t('Does it open windows?'),
      [
        { label: l10n.t('No'), detail: form === 'devcontainer' ? l10n.t('VS Code still forwards simple X11 windows by itself') : '', value: 'none' },
        { label: l10n.t('On the X server of this machine'), detail: l10n.t('With OpenGL on the GPU; also what Wayland desktops offer to X11 programs'), value: 'x11', ...mark('x11') },
        { label: l10n.t('On Wayland'), detail: l10n.t('Programs cannot watch each other; they must know Wayland'), value: 'wayland', ...mark('wayland') },
        { label: l10n.t('On Windows, through WSLg'), value: 'wslg', ...mark('wslg') },
        { label: l10n.t('Through SSH, on the machine that I come from'), detail: l10n.t('ssh -X; the container shares the network of this machine'), value: 'ssh', ...mark('ssh') },
      ],
      answers.choices.display,
    );
    return answered === undefined || answered === 'back' ? answered : { value: { ...answers, choices: { ...answers.choices, display: answered.value } } };
  };
}

const askAccess: Question<Chosen> = async (answers, place) => {
  if (answers.service !== undefined || answers.choices.display !== 'x11') return { value: answers };
  const answered = await pickOne<Access>(
    place,
    l10n.t('How does the X server let it in?'),
    [
      { label: l10n.t('By a cookie'), description: l10n.t('safest'), detail: l10n.t('A file that only you can read; a script renews it before each start'), value: 'cookie' },
      { label: l10n.t('By the name of one user'), detail: 'xhost +si:localuser:NAME', value: 'localuser' },
      { label: l10n.t('Everybody on this machine'), description: '$(warning)', detail: l10n.t('xhost +local: every user and program can read the screen and type into windows'), value: 'open' },
    ],
    answers.choices.access,
  );
  return answered === undefined || answered === 'back' ? answered : { value: { ...answers, choices: { ...answers.choices, access: answered.value } } };
};

type ExtraAnswer = Extra | 'comments' | 'more';

function askExtras(form: Form, machine: Machine | undefined): Question<Chosen> {
  return async (answers, place) => {
    const found = machine && { description: machine.cameras.length === 0 ? l10n.t('none found here') : machine.cameras.join(', ') };
    const isContainer = answers.service === undefined;
    const { shmSize, display } = answers.choices;
    const rows: readonly Choice<ExtraAnswer>[] = [
      ...(isContainer
        ? ([
            { label: l10n.t('Shared memory of 8 GB'), detail: l10n.t('Data loaders with workers and NCCL fail with Docker’s 64 MB'), value: 'sharedMemory' },
            { label: l10n.t('No limits on locked memory and stack'), detail: l10n.t('What NVIDIA asks for its framework images'), value: 'memlock' },
            { label: l10n.t('Shared memory of the host'), detail: l10n.t('--ipc=host: the container sees that of all processes'), value: 'ipcHost' },
            { label: l10n.t('Video encoding and decoding on the GPU'), detail: 'NVIDIA_DRIVER_CAPABILITIES=…,video', value: 'video' },
            { label: l10n.t('Cameras'), ...found, value: 'camera' },
            { label: l10n.t('Sound'), ...(machine && { description: machine.soundServer ? recommended() : l10n.t('no sound server found here') }), value: 'audio' },
            { label: l10n.t('Keep pip’s downloads'), value: 'pipCache' },
            { label: l10n.t('Keep models of Hugging Face and PyTorch'), value: 'modelCache' },
            { label: l10n.t('Port of Jupyter'), description: '8888', value: 'jupyter' },
          ] as const)
        : []),
      ...(form === 'devcontainer'
        ? ([
            { label: l10n.t('Extensions for Python'), value: 'python' },
            { label: l10n.t('Extensions for C++'), value: 'cpp' },
            { label: l10n.t('Extensions for CUDA (Nsight)'), value: 'cuda' },
          ] as const)
        : []),
      { label: l10n.t('Explain each line in a comment'), value: 'comments' },
      ...(isContainer ? [{ label: l10n.t('More…'), detail: form === 'devcontainer' ? l10n.t('User, engine, ports, devices, size of shared memory, folder, features') : l10n.t('User, engine, ports, devices, size of shared memory, folder'), value: 'more' as const }] : []),
    ];
    const ticked: ExtraAnswer[] = [...(isContainer && shmSize !== undefined ? (['sharedMemory', 'memlock'] as const) : []), ...(form === 'devcontainer' ? (['python'] as const) : []), ...(isContainer && display !== 'none' && display !== 'wslg' && machine !== undefined && suggestAudio(machine) !== 'none' ? (['audio'] as const) : [])];
    const answered = await pickMany(place, l10n.t('What else?'), rows, ticked);
    if (answered === undefined || answered === 'back') return answered;
    const extras = answered.value.filter((value): value is Extra => value !== 'comments' && value !== 'more');
    return { value: { ...answers, choices: withExtras({ ...without(answers.choices, 'shmSize'), ulimits: [] }, extras, machine?.cameras ?? []), comments: answered.value.includes('comments'), more: answered.value.includes('more') } };
  };
}
