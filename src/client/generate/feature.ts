import { env, l10n, Uri, window, workspace, type WorkspaceFolder } from 'vscode';
import type { Family, Wishes } from '../../core/solver/model';
import { solve } from '../../core/solver/solve';
import { planChoices } from '../../generate/choices';
import { generateDockerfile, type ImagePurpose } from '../../generate/dockerfile';
import { addComments } from '../../generate/explain';
import { adoptPlan, allowNoGpu, COMPOSE_FILES, DEVCONTAINER_FILES, generateCompose, generateDevcontainer, generateRunScript, planService } from '../../generate/generate';
import { mergeFile } from '../../generate/merge';
import type { GeneratedFile, Output } from '../../generate/model';
import { readRunLine } from '../../generate/read-run-line';
import { generateServing, mergeServing, type ServingMode, type ServingOptions } from '../../generate/serving';
import type { Machine } from '../../generate/suggest';
import { writeRunLine } from '../../generate/write-run';
import { applyFiles, findFile, formatNote, listExisting, showWritten, type Merge } from './apply';
import { askChoices, type Form } from './questions';
import type { GenerateCommand } from './register';
import { askAll, askText, pickMany, pickOne, type Choice, type Question } from './steps';

/** The machine on which the extension runs, and with it the containers. In a browser there is none. */
export interface ThisMachine {
  read(): Promise<Machine>;
  makeExecutable(file: Uri): Promise<void>;
  /** Opens a folder in its dev container, which `add` adds where there is none; false when it was not opened. */
  openDevContainer(folder: WorkspaceFolder, add: () => Promise<boolean>): Promise<boolean>;
}

/** Runs one of the generators' commands; the first argument is the file or folder of the Explorer. */
export async function runGenerator(name: GenerateCommand, args: readonly unknown[], machine: ThisMachine | undefined): Promise<unknown> {
  const place = args[0] instanceof Uri ? args[0] : undefined;
  if (name === 'convertRunLine') return convertRunLine(place, machine);
  const folder = await pickFolder(place);
  if (folder === undefined) return undefined;
  switch (name) {
    case 'addDevContainer':
      return addDevContainer(folder, machine);
    case 'openDevContainer':
      return machine?.openDevContainer(folder, () => addDevContainer(folder, machine));
    case 'generateCompose':
      return addCompose(folder, machine);
    case 'generateRunScript':
      return addRunScript(folder, machine);
    case 'generateDockerfile':
      return addDockerfile(folder, machine);
  }
}

/** The workspace folder of a place, the only one, or the one that is picked. */
async function pickFolder(place: Uri | undefined): Promise<WorkspaceFolder | undefined> {
  const of = place === undefined ? undefined : workspace.getWorkspaceFolder(place);
  const folders = workspace.workspaceFolders ?? [];
  if (of !== undefined || folders.length <= 1) {
    if (of === undefined && folders.length === 0) void window.showInformationMessage(l10n.t('Open a folder first: the files are written there.'));
    return of ?? folders[0];
  }
  return window.showWorkspaceFolderPick({ placeHolder: l10n.t('In which folder?') });
}

/** Writes files with what is to be known of them; true when they were written or are there already. */
async function apply(folder: WorkspaceFolder, machine: ThisMachine | undefined, title: string, { files, notes }: Output, comments: boolean, merge?: Merge): Promise<boolean> {
  const shown = comments ? files.map((file): GeneratedFile => ({ ...file, text: addComments(file.text, file.path.endsWith('.json') ? '//' : '#') })) : files;
  const applied = await applyFiles(folder.uri, shown, title, merge, machine?.makeExecutable.bind(machine));
  if (applied.calledOff) return false;
  if (applied.written.length === 0) void window.showInformationMessage(l10n.t('{0} has all of it already.', files[0]?.path ?? ''));
  else void showWritten({ ...applied, notes: [...notes, ...applied.notes] }, title);
  return true;
}

/** Adds a dev container to a folder; true when it is there then. */
async function addDevContainer(folder: WorkspaceFolder, machine: ThisMachine | undefined): Promise<boolean> {
  const title = l10n.t('Add GPU Dev Container Configuration');
  const chosen = await askChoices(title, 'devcontainer', folder.uri, await machine?.read());
  if (chosen === undefined) return false;
  const { choices, service, comments } = chosen;
  const chosenPlan = planChoices({ ...choices, name: folder.name });
  const planned = service === undefined ? chosenPlan : planService(chosenPlan, service.service, service.file, await findOverride(folder.uri, service.file));
  return apply(folder, machine, title, generateDevcontainer(planned, { engine: choices.engine }, await findFile(folder.uri, DEVCONTAINER_FILES)), comments, mergeFile(planned, { engine: choices.engine }));
}

/** The file that Compose lays over one by itself; told which files to take, as by the dev container tools, it does not. */
async function findOverride(folder: Uri, file: string): Promise<readonly string[]> {
  return (await listExisting(folder, ['.yaml', '.yml'].map((extension) => file.replace(/\.ya?ml$/, `.override${extension}`)))).slice(0, 1);
}

async function addCompose(folder: WorkspaceFolder, machine: ThisMachine | undefined): Promise<boolean> {
  const title = l10n.t('Generate Compose File');
  const kinds: readonly Choice<ServingMode | 'service'>[] = [
    { label: l10n.t('A service with GPUs'), detail: l10n.t('For developing or running one container'), value: 'service' },
    { label: l10n.t('A web service that runs its model itself'), value: 'single' },
    { label: l10n.t('A web service and TensorFlow Serving'), detail: l10n.t('The model server has the GPU; the web service waits for it'), value: 'tfserving' },
    { label: l10n.t('A web service and Triton'), detail: l10n.t('The model server has the GPU; the web service waits for it'), value: 'triton' },
  ];
  const kind = await pickOne(oneStep(title), l10n.t('What does it start?'), kinds, 'service');
  if (kind === undefined || kind === 'back') return false;
  const { value: mode } = kind;
  if (mode !== 'service') {
    const model = await askText(oneStep(title), l10n.t('Name of the model: its folder below models'), 'model', (text) => (/^[\w.-]+$/.test(text.trim()) ? undefined : l10n.t('Letters, digits, dots, hyphens and underscores')));
    if (model === undefined || model === 'back') return false;
    const folders = await pickMany<'config' | 'logs'>(
      oneStep(title),
      l10n.t('Which folders does the web service get besides?'),
      [
        { label: l10n.t('Its configuration'), description: './config', detail: l10n.t('It may read it only'), value: 'config' },
        { label: l10n.t('Its logs'), description: './logs', value: 'logs' },
      ],
      [],
    );
    if (folders === undefined || folders === 'back') return false;
    const has = (name: 'config' | 'logs'): boolean => folders.value.includes(name);
    const options: ServingOptions = { mode, port: 8080, model: model.value, ...(has('config') && { configFolder: './config' }), ...(has('logs') && { logFolder: './logs' }), gpus: 'all' };
    return apply(folder, machine, title, generateServing(options, await findFile(folder.uri, COMPOSE_FILES)), false, mergeServing(options));
  }
  const chosen = await askChoices(title, 'compose', folder.uri, await machine?.read());
  if (chosen === undefined) return false;
  const planned = planChoices(chosen.choices);
  const options = { engine: chosen.choices.engine };
  return apply(folder, machine, title, generateCompose(planned, 'app', options, await findFile(folder.uri, COMPOSE_FILES)), chosen.comments, mergeFile(planned, options, 'app'));
}

async function addRunScript(folder: WorkspaceFolder, machine: ThisMachine | undefined): Promise<boolean> {
  const title = l10n.t('Generate docker run Script');
  const chosen = await askChoices(title, 'run', folder.uri, await machine?.read());
  return chosen !== undefined && apply(folder, machine, title, generateRunScript(planChoices(chosen.choices), chosen.choices.engine), chosen.comments);
}

function oneStep(title: string): { readonly title: string; readonly step: number; readonly totalSteps: number } {
  return { title, step: 1, totalSteps: 1 };
}

interface ImageChoices {
  /** `any`, or the leading parts of a version: `8.6`. */
  readonly tensorrt: string;
  readonly purpose: ImagePurpose;
  readonly way: Family | 'archive';
  readonly user: string | undefined;
}

async function addDockerfile(folder: WorkspaceFolder, machine: ThisMachine | undefined): Promise<boolean> {
  const title = l10n.t('Generate Dockerfile');
  const chosen = await askAll<ImageChoices>(title, { tensorrt: 'any', purpose: 'python', way: 'apt', user: 'dev' }, [
    async (answers, place) => {
      const answered = await pickOne<ImagePurpose>(
        place,
        l10n.t('What is it for?'),
        [
          { label: 'Python', detail: l10n.t('Stages base, dev and app'), value: 'python' },
          { label: 'C++', detail: l10n.t('A stage that compiles, with headers and nvcc, and a small one that ships'), value: 'cpp' },
        ],
        answers.purpose,
      );
      return answered === undefined || answered === 'back' ? answered : { value: { ...answers, purpose: answered.value } };
    },
    askTensorRT,
    async (answers, place) => {
      const rows = (['apt', 'pip', 'ngc', 'archive'] as const).flatMap((way): Choice<ImageChoices['way']>[] => {
        const [combination] = solveFor(answers, way);
        if (combination === undefined || (answers.purpose === 'cpp' && way === 'pip')) return [];
        const tensorrt = combination.components.find(({ key }) => key === 'tensorrt')?.version ?? '';
        return [{ label: waysToInstall()[way], description: `TensorRT ${tensorrt}`, detail: combination.image, value: way }];
      });
      if (rows.length === 0) {
        void window.showInformationMessage(l10n.t('No image with TensorRT {0} is known.', answers.tensorrt));
        return 'back';
      }
      const answered = await pickOne(place, l10n.t('Where does TensorRT come from?'), rows, answers.way);
      return answered === undefined || answered === 'back' ? answered : { value: { ...answers, way: answered.value } };
    },
    async (answers, place) => {
      const answered = await pickOne<string | undefined>(
        place,
        l10n.t('Who runs the program?'),
        [
          { label: l10n.t('A user without root’s rights'), description: 'dev', value: 'dev' },
          { label: 'root', value: undefined },
        ],
        answers.user,
      );
      return answered === undefined || answered === 'back' ? answered : { value: { ...answers, user: answered.value } };
    },
  ]);
  if (chosen === undefined) return false;
  const { purpose, way, user } = chosen;
  const [combination] = solveFor(chosen, way);
  if (combination === undefined) return false;
  const find = (key: string): string | undefined => combination.components.find((component) => component.key === key)?.version;
  const [cuda, ubuntu, tensorrt] = [find('cuda'), find('ubuntu'), find('tensorrt')];
  const wishes: Wishes = { ...(cuda !== undefined && { cuda }), ...(ubuntu !== undefined && { ubuntu }), ...(tensorrt !== undefined && { tensorrt }), family: 'apt', flavor: 'devel' };
  const [toolchain] = purpose === 'cpp' && combination.family !== 'ngc' ? solve(wishes, { count: 1 }).combinations : [combination];
  return apply(folder, machine, title, generateDockerfile({ combination, ...(toolchain && { toolchain }), purpose, install: way === 'archive' ? 'archive' : 'solver', ...(user !== undefined && { user }) }), false);
}

function waysToInstall(): Readonly<Record<ImageChoices['way'], string>> {
  return { apt: l10n.t('Packages in an image of CUDA'), pip: l10n.t('Wheels in an image of CUDA'), ngc: l10n.t('NVIDIA’s image as it is'), archive: l10n.t('The tar archive, from the build context') };
}

/** Which TensorRT: engines and drivers tie many projects to an older one. */
const askTensorRT: Question<ImageChoices> = async (answers, place) => {
  const versions = ['any', '10', '8.6', 'other'] as const;
  const labels = { any: l10n.t('The newest that is known'), '10': 'TensorRT 10', '8.6': 'TensorRT 8.6', other: l10n.t('Another version…') };
  const answered = await pickOne<(typeof versions)[number]>(place, l10n.t('Which TensorRT?'), versions.map((value) => ({ label: labels[value], value })), 'any');
  if (answered === undefined || answered === 'back') return answered;
  if (answered.value !== 'other') return { value: { ...answers, tensorrt: answered.value } };
  const text = await askText(place, l10n.t('Version of TensorRT'), '8.5', (given) => (/^\d+(?:\.\d+)*$/.test(given.trim()) ? undefined : l10n.t('Digits and dots: 8.5, 10.3.0')));
  return text === 'back' ? askTensorRT(answers, place) : text === undefined ? undefined : { value: { ...answers, tensorrt: text.value } };
};

function solveFor({ purpose, tensorrt }: Pick<ImageChoices, 'purpose' | 'tensorrt'>, way: ImageChoices['way']): ReturnType<typeof solve>['combinations'] {
  const family = way === 'archive' ? 'apt' : way;
  return solve({ tensorrt, family, ...(purpose === 'python' && { python: 'any' }), ...(family === 'apt' && { flavor: 'runtime' as const }) }, { count: 1 }).combinations;
}

/** Turns a `docker run` command into another form: the selection, else the clipboard, else what is typed. */
async function convertRunLine(place: Uri | undefined, machine: ThisMachine | undefined): Promise<boolean> {
  const title = l10n.t('Convert docker run Command');
  const editor = window.activeTextEditor;
  const selected = editor === undefined || editor.selection.isEmpty ? '' : editor.document.getText(editor.selection);
  const candidate = [selected, await readClipboard()].find((text) => text.length < 20_000 && readRunLine(text).plan !== undefined) ?? '';
  const text = selected !== '' && candidate === selected ? { value: selected } : await askText(oneStep(title), l10n.t('The command: docker run …'), candidate.replace(/[ \t]*[\\`^]?[ \t]*\r?\n\s*/g, ' ').trim(), whyNoPlan);
  if (text === undefined || text === 'back') return false;
  const { plan, notes, engine = 'docker' } = readRunLine(text.value);
  if (plan === undefined) return false;
  const form = await pickOne<Form | 'line'>(
    oneStep(title),
    l10n.t('What is it to become?'),
    [
      { label: l10n.t('Dev container'), detail: '.devcontainer/devcontainer.json', value: 'devcontainer' },
      { label: l10n.t('Compose service'), detail: 'compose.yaml', value: 'compose' },
      { label: l10n.t('Script'), detail: 'run.sh', value: 'run' },
      { label: l10n.t('The same command as it is written today'), detail: l10n.t('In a new editor'), value: 'line' },
    ],
    'devcontainer',
  );
  if (form === undefined || form === 'back') return false;
  if (form.value === 'line') {
    const planned = adoptPlan(plan, notes);
    const document = await workspace.openTextDocument({ language: 'shellscript', content: [...planned.notes.map((each) => `# ${formatNote(each)}`), writeRunLine(planned.plan, { engine }), ''].join('\n') });
    await window.showTextDocument(document);
    return true;
  }
  const folder = await pickFolder(place);
  if (folder === undefined) return false;
  const planned = adoptPlan(allowNoGpu(plan, form.value), notes);
  const service = plan.settings.find(({ option }) => option === '--name')?.value?.replace(/[^\w.-]/g, '-') ?? 'app';
  switch (form.value) {
    case 'devcontainer':
      return apply(folder, machine, title, generateDevcontainer(planned, { engine }, await findFile(folder.uri, DEVCONTAINER_FILES)), false, mergeFile(planned, { engine }));
    case 'compose':
      return apply(folder, machine, title, generateCompose(planned, service, { engine }, await findFile(folder.uri, COMPOSE_FILES)), false, mergeFile(planned, { engine }, service));
    case 'run':
      return apply(folder, machine, title, generateRunScript(planned, engine), false);
  }
}

/** Why a text cannot be converted; undefined for one that can be. */
function whyNoPlan(text: string): string | undefined {
  const { plan, notes } = readRunLine(text);
  return plan !== undefined ? undefined : notes.length > 0 ? notes.map(formatNote).join(' ') : l10n.t('This runs no container: docker run, podman run or nvidia-docker run');
}

/** The clipboard, if it answers at once: a browser may ask its user first. */
async function readClipboard(): Promise<string> {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve(''), 500));
  return Promise.race([Promise.resolve(env.clipboard.readText()).catch(() => ''), late]);
}
