import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { resolveInside } from '../core/build/places';
import type { ComposeService } from '../core/compose/model';
import { readCompose } from '../core/compose/read';
import type { DataMap } from '../core/data/model';
import { readDevcontainer } from '../core/devcontainer/read';
import { formatText, joinComma, msg, type Message, type Text } from '../core/l10n/message';
import { decodeImage } from '../core/image/decode';
import type { Combination, Wishes } from '../core/solver/model';
import { solve } from '../core/solver/solve';
import { DEFAULT_CHOICES, planChoices, type Access, type Audio, type Cache, type Choices, type Display, type Language, type Planned } from '../generate/choices';
import type { ComposeGpuSyntax } from '../generate/compose';
import { generateDockerfile, type ImagePurpose } from '../generate/dockerfile';
import { addComments, explainText } from '../generate/explain';
import { adoptPlan, allowNoGpu, COMPOSE_FILES, DEVCONTAINER_FILES, generateCompose, generateDevcontainer, generateRunScript, planService, planWithUser, suggestMemory } from '../generate/generate';
import { mergeFile } from '../generate/merge';
import { note, type Engine, type GeneratedFile, type Note, type Output } from '../generate/model';
import { readService } from '../generate/read-compose';
import { readDevcontainerPlan } from '../generate/read-devcontainer';
import { readRunLine, type PlanReading } from '../generate/read-run-line';
import { generateServing, mergeServing, type ServingMode } from '../generate/serving';
import { writeRunLine } from '../generate/write-run';
import { renderDiff } from './diff';
import { createProjectContext, guessContextFolders } from './disk-context';
import { Failure, explainSystemError, joinLines } from './failure';
import { checkOptions } from './init-options';
import { encode, readStandardInput, readTextFile } from './input';
import { say } from './language';
import { createPaint, wantsColor } from './terminal';

/** What `trtc init` writes. */
export type InitForm = 'devcontainer' | 'compose' | 'run' | 'dockerfile';

/** Options of `trtc init`. */
export interface InitArguments {
  readonly folder: string;
  readonly from?: string;
  readonly fromCompose?: string;
  readonly fromDevcontainer?: string;
  readonly useCompose?: readonly string[];
  readonly service?: string;
  readonly image?: string;
  readonly dockerfile?: string;
  readonly stage?: string;
  readonly name?: string;
  readonly gpus?: string;
  readonly requireGpu?: boolean;
  readonly display: Display;
  readonly access: Access;
  readonly camera?: readonly string[];
  readonly device?: readonly string[];
  readonly audio: Audio;
  readonly shmSize?: string;
  readonly ipcHost?: boolean;
  readonly ulimit?: readonly string[];
  readonly capability?: readonly string[];
  readonly port?: readonly string[];
  readonly user?: string;
  readonly cache?: readonly string[];
  readonly language?: readonly string[];
  readonly feature?: readonly string[];
  readonly workspace?: string;
  readonly engine?: Engine;
  readonly composeGpus: ComposeGpuSyntax;
  readonly serve?: ServingMode;
  readonly model: string;
  readonly serverTag?: string;
  readonly configFolder?: string;
  readonly logFolder?: string;
  readonly tensorrt?: string;
  readonly cuda?: string;
  readonly python?: string;
  readonly ubuntu?: string;
  readonly torch?: string;
  readonly tensorflow?: string;
  readonly driver?: string;
  readonly install?: 'apt' | 'pip' | 'ngc' | 'archive';
  readonly purpose: ImagePurpose;
  readonly aptMirror?: string;
  readonly pipMirror?: string;
  readonly timeZone?: string;
  readonly locale?: string;
  readonly label?: readonly string[];
  readonly package?: readonly string[];
  readonly requirements?: string;
  readonly comments?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** A file with what is on the disk now, and whether that begins with a byte order mark. */
interface Change {
  readonly file: GeneratedFile;
  readonly before: string | undefined;
  readonly after: string;
  readonly mark: boolean;
}

/**
 * `trtc init`: writes a dev container, a Compose file, a run script or a Dockerfile. A file that exists is added to, or
 * replaced, only after its diff was shown and agreed to (`--yes`, or the answer at a terminal); exit status 1 where not.
 * `given` are the options of the command line, without those that have their usual value.
 */
export async function init(form: InitForm, options: InitArguments, given: readonly string[] = []): Promise<void> {
  const unused = checkOptions(form, options, given);
  const output = await generate(form, options);
  const notes: Note[] = [...output.notes, ...unused];
  const changes = output.files.map((file) => prepare(file, options, output, notes));
  const pending = changes.filter(({ before, after }) => before !== after);
  const changed = pending.filter(({ before }) => before !== undefined);
  if (options.json !== true) process.stdout.write(render(pending, changes, notes, form, output.line));
  let written = false;
  if (options.dryRun !== true && pending.length > 0) {
    if (changed.length === 0 || options.yes === true || (options.json !== true && (await confirm(changed)))) {
      for (const change of pending) write(options.folder, change);
      written = true;
    } else {
      process.exitCode = 1;
      if (options.json !== true) process.stdout.write(`${say(msg`Nothing was written: --yes writes what is shown.`)}\n`);
    }
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify(describe(form, changes, notes, written, output.line), undefined, 2)}\n`);
  else if (written) process.stdout.write(pending.map(({ file, before }) => `${say(before === undefined ? msg`Wrote ${file.path}` : msg`Changed ${file.path}`)}\n`).join(''));
}

/** What a generator gave, with a line to run at once. */
interface Generated extends Output {
  readonly line?: string;
  /** Makes the text of a file that exists out of it and of what was generated. */
  readonly merge?: (path: string, text: string) => { readonly text: string; readonly notes: readonly Note[] } | undefined;
}

async function generate(form: InitForm, options: InitArguments): Promise<Generated> {
  if (form === 'dockerfile') return dockerfile(options);
  if (form === 'devcontainer' && options.useCompose !== undefined) return serviceContainer(options, options.useCompose);
  if (form === 'compose' && options.serve !== undefined) return serving(options, options.serve);
  const reading = await readSource(options);
  if (reading !== undefined && reading.plan === undefined) throw new Failure((reading.notes.length === 0 ? [msg`no docker run, podman run or nvidia-docker run; of a Compose file --from-compose converts a service`] : reading.notes.map(toText)).reduce((all, reason) => msg`${all}: ${reason}`, msg`nothing to convert`));
  const engine = options.engine ?? reading?.engine ?? 'docker';
  const planned = reading?.plan === undefined ? planChoices(readChoices(form, options)) : adoptPlan(options.requireGpu === true ? reading.plan : allowNoGpu(reading.plan, form), reading.notes);
  switch (form) {
    case 'devcontainer':
      return addDevcontainer(planned, options.folder, engine);
    case 'compose': {
      const service = options.service ?? serviceName(planned);
      const compose = { engine, gpuSyntax: options.composeGpus };
      return { ...generateCompose(planned, service, compose, findFile(options.folder, COMPOSE_FILES)), merge: mergeFile(planned, compose, service) };
    }
    case 'run':
      return { ...generateRunScript(planned, engine), line: writeRunLine(planWithUser(planned), { engine }) };
  }
}

/** A dev container that is a service of a Compose file. */
function serviceContainer(options: InitArguments, files: readonly string[]): Generated {
  const [file = '', ...given] = files;
  const over = [...given, ...(given.length === 0 ? listOverrides(file) : [])];
  const { service } = findService(files, options.service);
  const chosen = planChoices(readChoices('devcontainer', { ...options, image: service.name }));
  const [main = file, ...others] = [file, ...over].map((each) => path.relative(options.folder, each).replaceAll(path.sep, '/'));
  return addDevcontainer(planService(chosen, service, main, others), options.folder, 'docker');
}

/** The dev container of a folder: the one that is there, or a new one. */
function addDevcontainer(planned: Planned, folder: string, engine: Engine): Generated {
  const others = existsSync(path.join(folder, '.devcontainer')) ? readdirSync(path.join(folder, '.devcontainer')).filter((name) => existsSync(path.join(folder, '.devcontainer', name, 'devcontainer.json'))) : [];
  const output = generateDevcontainer(planned, { engine }, findFile(folder, DEVCONTAINER_FILES));
  return {
    ...output,
    notes: [...output.notes, ...(others.length === 0 ? [] : [note('The folder has other dev containers: {names}. Whoever opens it is asked which one.', { names: others.join(', ') })])],
    merge: mergeFile(planned, { engine }),
  };
}

/** Of names for one and the same file the one that is there; otherwise the first. */
function findFile(folder: string, names: readonly [string, ...string[]]): string {
  return names.find((name) => existsSync(path.join(folder, name))) ?? names[0];
}

interface FoundService {
  readonly service: ComposeService;
  /** The file that was read last. */
  readonly root: DataMap;
}

/** The file that Compose lays over one of a usual name by itself; told which files to take, as by the dev container tools, it does not. */
function listOverrides(file: string): readonly string[] {
  const { dir, name } = path.parse(file);
  if (!(COMPOSE_FILES as readonly string[]).includes(path.basename(file))) return [];
  return ['.yaml', '.yml'].map((extension) => path.join(dir, `${name}.override${extension}`)).filter((each) => existsSync(each)).slice(0, 1);
}

/** The only service of a Compose file, or the one that is named, with what it extends and what is laid over it. Throws Failure where it is not clear. */
function findService(files: readonly string[], service: string | undefined): FoundService {
  const file = files.at(-1) ?? '';
  const { context, folder } = createProjectContext(file, guessContextFolders(file)) ?? {};
  // From the folder of the last one, over which the others lie.
  const below = files.slice(0, -1).flatMap((each) => resolveInside(folder ?? '', path.relative(path.dirname(file), each).replaceAll(path.sep, '/')) ?? []);
  const project = readCompose(readTextFile(file).text, file, { context, folder, ...(below.length > 0 && { below }) });
  const all = project === undefined ? [] : [...project.services, ...project.included];
  const names = all.map(({ name }) => name);
  const found = service === undefined && names.length === 1 ? all[0] : all.find(({ name }) => name === service);
  if (project !== undefined && found !== undefined) return { service: found, root: project.root };
  throw new Failure(names.length === 0 ? msg`${file}: no services` : msg`${file}: name one with --service: ${names.join(', ')}`);
}

/** Name for a service: that of the container, or the last part of the image's name. */
function serviceName({ plan }: Planned): string {
  const name = plan.settings.find(({ option }) => option === '--name')?.value ?? /([^/:@]+)(?:[:@][^/]*)?$/.exec(plan.image ?? '')?.[1] ?? 'app';
  return name.replace(/[^\w.-]/g, '-');
}

async function readSource({ from, fromCompose, fromDevcontainer, service }: InitArguments): Promise<PlanReading | undefined> {
  if (from !== undefined) return readRunLine(from === '-' ? (await readStandardInput()).text : from);
  if (fromDevcontainer !== undefined) {
    const devcontainer = readDevcontainer(readTextFile(fromDevcontainer).text, fromDevcontainer);
    if (devcontainer === undefined) throw new Failure(msg`${fromDevcontainer}: no JSON object`);
    return readDevcontainerPlan(devcontainer, /(?:^|\/)(\.devcontainer(?:\/[^/]+)?)\/[^/]+$/.exec(path.resolve(fromDevcontainer).replaceAll(path.sep, '/'))?.[1] ?? '');
  }
  if (fromCompose === undefined) return undefined;
  const found = findService([fromCompose], service);
  return readService(found.service, found.root);
}

function readChoices(form: InitForm, options: InitArguments): Choices {
  const { gpus, requireGpu, camera, device, ulimit, capability, port, cache, language, feature, shmSize, ipcHost, image: given } = options;
  const build = given === undefined ? findBuild(options, form) : undefined;
  const image = given ?? (build === undefined ? solveImage(options).image : undefined);
  const memory = image === undefined || ipcHost === true ? {} : suggestMemory(decodeImage(image));
  return {
    ...DEFAULT_CHOICES,
    ...memory,
    ...(image !== undefined && { image }),
    ...(build !== undefined && { build }),
    ...(options.name !== undefined && { name: options.name }),
    gpus: readGpus(gpus ?? 'all'),
    gpuOptional: requireGpu !== true,
    display: options.display,
    access: options.access,
    ...(options.user !== undefined && { user: options.user }),
    cameras: camera ?? [],
    devices: device ?? [],
    audio: options.audio,
    ...(shmSize !== undefined && { shmSize }),
    ipcHost: ipcHost === true,
    ...(ulimit !== undefined && { ulimits: ulimit }),
    capabilities: capability ?? [],
    ports: (port ?? []).map(Number),
    ...(options.workspace !== undefined && { workspace: options.workspace }),
    ...(form !== 'devcontainer' && options.workspace === undefined && { workspace: '/workspace' }),
    caches: (cache ?? []) as readonly Cache[],
    languages: (language ?? []) as readonly Language[],
    features: Object.fromEntries((feature ?? []).map((one) => [one, {}])),
    engine: options.engine ?? 'docker',
  };
}

function readGpus(text: string): Choices['gpus'] {
  if (text === 'all' || text === 'none') return text;
  // None by number is what tutorials call the first one.
  return /^[1-9]\d*$/.test(text) ? Number(text) : text.replace(/^device=/, '').split(',');
}

/** The Dockerfile that was named, or the one of the folder. */
function findBuild({ folder, dockerfile: given, stage: named }: InitArguments, form: InitForm): Choices['build'] {
  const file = given ?? (existsSync(path.join(folder, 'Dockerfile')) ? 'Dockerfile' : undefined);
  if (file === undefined) return undefined;
  // A stage of that name is made for dev containers.
  const stage = named ?? (form === 'devcontainer' && /^FROM\s.*\sAS\s+dev\s*$/im.test(readTextFile(path.join(folder, file)).text) ? 'dev' : undefined);
  const context = path.dirname(file);
  const name = path.basename(file);
  return { context, dockerfile: name === 'Dockerfile' ? undefined : name, target: stage, args: [] };
}

function solveImage(options: InitArguments, flavor?: Wishes['flavor']): Combination {
  const { tensorrt, cuda, python, ubuntu, torch, tensorflow, driver, install } = options;
  const given = { tensorrt, cuda, python, ubuntu, torch, tensorflow, driver };
  const named = Object.fromEntries(Object.entries(given).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
  // With nothing wished for, an image that has all: it needs no Dockerfile.
  const family = install === 'archive' ? 'apt' : (install ?? (options.from === undefined && Object.keys(named).length === 0 ? 'ngc' : undefined));
  const wishes: Wishes = { ...(Object.keys(named).length === 0 && { tensorrt: 'any' }), ...named, ...(family !== undefined && { family }), ...(flavor !== undefined && family !== 'ngc' && { flavor }) };
  const answer = solve(wishes, { count: 1 });
  const [combination] = answer.combinations;
  if (combination !== undefined) return combination;
  if (answer.problems.length > 0) throw new Failure(joinLines(answer.problems.map(({ key, message }) => msg`--${key}: ${message}`)));
  throw new Failure(msg`nothing known meets these wishes; trtc solve says why: ${joinComma(answer.conflict?.wishes.map(({ label }) => label) ?? [])}`);
}

function dockerfile(options: InitArguments): Output {
  const { purpose, install, aptMirror, pipMirror, timeZone, locale, user, package: packages, requirements, label, cache } = options;
  // For a program in Python its bindings are wished for, with a Python that has them.
  const wished = purpose === 'python' ? { ...options, python: options.python ?? 'any', tensorrt: options.tensorrt ?? 'any' } : options;
  const combination = solveImage(wished, install === 'pip' ? undefined : 'runtime');
  const toolchain = purpose === 'cpp' && combination.family !== 'ngc' ? solveImage({ ...options, ...exact(combination) }, 'devel') : combination;
  const output = generateDockerfile({
    combination,
    ...(purpose === 'cpp' && { toolchain }),
    purpose,
    install: install === 'archive' ? 'archive' : 'solver',
    ...(aptMirror !== undefined && { aptMirror }),
    ...(pipMirror !== undefined && { pipMirror }),
    ...(timeZone !== undefined && { timeZone }),
    ...(locale !== undefined && { locale }),
    ...(user !== undefined && user !== 'root' && { user }),
    ...(packages !== undefined && { packages }),
    ...(requirements !== undefined && { requirements }),
    labels: Object.fromEntries((label ?? []).map((one) => [one.split('=')[0] ?? '', one.slice(one.indexOf('=') + 1)])),
    ...(cache !== undefined && { caches: cache }),
  });
  // Without its archive it would have no TensorRT at all.
  if (install === 'archive' && !/^ADD /m.test(output.files[0]?.text ?? '')) throw new Failure(output.notes.map(toText).reduce<Text>((all, reason) => msg`${all}: ${reason}`, '--install archive'));
  const unproven = combination.reasons.filter(({ grade }) => grade === 'unknown').map(({ text }) => note('Not proven: {text}', { text }));
  return { ...output, notes: [...output.notes, ...unproven] };
}

/** The versions of a combination as wishes, for the same with compilers. */
function exact({ components }: Combination): Partial<InitArguments> {
  return Object.fromEntries(components.flatMap(({ key, version }) => (key === 'cuda' || key === 'ubuntu' || key === 'tensorrt' ? [[key, version]] : [])));
}

function serving(options: InitArguments, mode: ServingMode): Generated {
  const { image, port, model, serverTag, configFolder, logFolder, gpus } = options;
  const which = readGpus(gpus ?? 'all');
  if (which === 'none') throw new Failure(msg`--gpus none: a model server without a GPU is no matter of this command`);
  const given = { mode, ...(image !== undefined && { webImage: image }), port: Number(port?.[0] ?? 8080), model, ...(serverTag !== undefined && { serverTag }), ...(configFolder !== undefined && { configFolder }), ...(logFolder !== undefined && { logFolder }), gpus: which, gpuSyntax: options.composeGpus };
  return { ...generateServing(given, findFile(options.folder, COMPOSE_FILES)), merge: mergeServing(given) };
}

/** What becomes of a file: new, added to what is there, or another text in its place. */
function prepare(file: GeneratedFile, { folder, comments }: InitArguments, { merge }: Generated, notes: Note[]): Change {
  const place = path.join(folder, file.path);
  const text = comments === true ? addComments(file.text, file.path.endsWith('.json') ? '//' : '#') : file.text;
  if (!existsSync(place)) return { file, before: undefined, after: text, mark: false };
  const { text: before, mark } = readTextFile(place);
  const merged = merge?.(file.path, before);
  if (merged === undefined) {
    if (merge !== undefined && /(?:devcontainer\.json|\.ya?ml)$/.test(file.path)) throw new Failure(msg`${file.path}: what stands there cannot be added to; move it away, or add by hand what --dry-run --json shows`);
    return { file, before, after: text, mark };
  }
  // What the merged text says differs from what a new file would say.
  notes.push(...merged.notes.filter((one) => !notes.some((other) => format(other) === format(one))));
  return { file: { ...file, text: merged.text }, before, after: merged.text, mark };
}

function write(folder: string, { file, after, before, mark }: Change): void {
  const place = path.join(folder, file.path);
  try {
    mkdirSync(path.dirname(place), { recursive: true });
    // Between the question and the answer somebody may have written it.
    if (before !== undefined && readFileSync(place, 'utf8').replace(/^\uFEFF/, '') !== before) throw new Failure(msg`${file.path} was changed meanwhile; nothing is written over it`);
    writeFileSync(place, encode(after, mark), { flag: before === undefined ? 'wx' : 'w', mode: file.executable ? 0o755 : 0o644 });
  } catch (error) {
    throw error instanceof Failure ? error : new Failure(msg`${file.path}: ${explainSystemError(error)}`);
  }
}

async function confirm(changed: readonly Change[]): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true) return false;
  const questions = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await questions.question(`${say(msg`Change ${changed.map(({ file }) => file.path).join(', ')}? [y/N]`)} `);
  questions.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

function toText({ text, data }: Note): Message {
  return { template: text, data };
}

function format(one: Note): string {
  return formatText(toText(one));
}

function render(pending: readonly Change[], changes: readonly Change[], notes: readonly Note[], form: InitForm, line: string | undefined): string {
  const paint = createPaint(wantsColor(process.stdout));
  const unchanged = changes.filter(({ before, after }) => before === after);
  return [
    ...pending.map(({ file, before, after }) => (before === undefined ? `${paint.bold(file.path)}\n${after}\n` : renderDiff(file.path, before, after))),
    ...unchanged.map(({ file }) => `${say(msg`${file.path} has all of it already.`)}\n`),
    ...(form === 'run' && line !== undefined ? [`${paint.bold(say(msg`Or at once:`))}\n${line}\n\n`] : []),
    ...(notes.length === 0 ? [] : [`${paint.bold(say(msg`To know`))}\n${notes.map((one) => `- ${say(toText(one))}\n`).join('')}`]),
  ].join('');
}

/** The outcome as JSON, by media/schemas/init-output.schema.json. */
function describe(form: InitForm, changes: readonly Change[], notes: readonly Note[], written: boolean, line: string | undefined): object {
  return {
    version: 1,
    form,
    written,
    files: changes.map(({ file, before, after }) => ({
      path: file.path,
      action: before === undefined ? 'create' : before === after ? 'keep' : 'change',
      executable: file.executable,
      text: after,
      explanations: explainText(after),
    })),
    ...(line !== undefined && { line }),
    notes: notes.map((one) => ({ text: one.text, data: Object.fromEntries(Object.entries(one.data).map(([name, value]) => [name, formatText(value)])), message: format(one) })),
  };
}
