import { createGlobalScope, stageScope } from '../dockerfile/scope';
import type { BuildArguments, Scope } from '../dockerfile/scope';
import type { CommandInstruction, CopyInstruction, Dockerfile, Flag, Instruction, Stage } from '../dockerfile/model';
import { decodeImage } from '../image/decode';
import { parseImageReference } from '../image/reference';
import type { Overlay } from '../overlay/model';
import { recogniseActions } from '../shell/installers/index';
import { recogniseArtifact, recogniseUrl } from '../shell/installers/known-artifacts';
import type { ContextReader, InstallerContext, KnownArtifact } from '../shell/installers/model';
import type { ShellCommand, ShellScript, VariableLookup } from '../shell/model';
import { readScript } from '../shell/read';
import { findScriptCall, type ScriptCall } from '../shell/script-call';
import { runToEnd, type Steps } from '../steps';
import { baseName, resolvePath } from '../text/path';
import type { Location, Range } from '../text/range';
import { Traced, UNKNOWN } from '../text/traced';
import { applyAction, component, place } from './apply';
import { copiedComponents } from './copied';
import { ImageFiles } from './image-files';
import { emptyState, initialState } from './initial';
import type { ActionStep, InstructionStep, StackReport, StackState, StageBase, StageStack } from './model';
import { listPythonRoots } from './python-root';

export interface InterpretOptions {
  /** Values of `--build-arg`. */
  readonly buildArgs?: BuildArguments | undefined;
  /** The stage that is built, by name or number (`--target`); the last one where none is given or none has that name. */
  readonly target?: string | undefined;
  /** `--build-context` values by name, lower case: images that take the place of that stage or image, UNKNOWN for what is no image. */
  readonly namedContexts?: ReadonlyMap<string, Traced> | undefined;
  /** The build context, where there is one at hand: requirements files and scripts are read from it. */
  readonly context?: ContextReader | undefined;
  /** An organisation's own images. */
  readonly overlay?: Overlay | undefined;
}

/** Scripts that call scripts are followed this deep. */
const MAX_SCRIPT_DEPTH = 4;

/** The files of the build context that were read: their texts, and the places in the Dockerfile that had them read. */
interface ReadFiles {
  readonly texts: Map<string, string>;
  readonly places: Map<string, Location>;
}

/** What a walk through a stage leaves behind for the stages built upon it. */
interface WalkedStage {
  readonly stack: StageStack;
  readonly scope: Scope;
  readonly files: ImageFiles;
  readonly downloads: ReadonlyMap<string, KnownArtifact>;
}

/**
 * What every stage of a Dockerfile contains, at every instruction and at every action inside a RUN.
 * Walks the file as BuildKit would: global ARGs, FROM, then each instruction in its scope. Never throws.
 */
export function interpret(dockerfile: Dockerfile, options: InterpretOptions = {}): StackReport {
  return runToEnd(interpretInSteps(dockerfile, options));
}

/** As `interpret`, but pauses behind each instruction, for callers that have other things to do meanwhile or lose interest. */
export function* interpretInSteps(dockerfile: Dockerfile, options: InterpretOptions = {}): Steps<StackReport> {
  const global = createGlobalScope(dockerfile, options.buildArgs);
  const references = dockerfile.stages.map((stage) => {
    const reference = global.expand(stage.from.image);
    return options.namedContexts?.get(reference.value.toLowerCase()) ?? reference;
  });
  const bases = references.map((reference, i) => findStage(dockerfile.stages, reference.value, i));
  const shipped = new Set<number>();
  for (let i: number | undefined = findTarget(dockerfile.stages, options.target); i !== undefined && i >= 0; i = bases[i]) shipped.add(i);

  const files: ReadFiles = { texts: new Map(), places: new Map() };
  const walked: WalkedStage[] = [];
  for (const [i, stage] of dockerfile.stages.entries()) {
    const base = bases[i];
    const walk = new StageWalk(dockerfile, stage, walked, options, files);
    walked.push(yield* walk.run(references[i] ?? unknownWord(dockerfile, stage), base === undefined ? undefined : walked[base], global, shipped.has(i)));
  }
  const globals = new Map<string, Traced>();
  for (const [name, binding] of global.bindings()) if (binding.value !== undefined) globals.set(name, binding.value);
  return { dockerfile, stages: walked.map(({ stack }) => stack), globals, files: files.texts, readAt: files.places, context: options.context, overlay: options.overlay };
}

function unknownWord(dockerfile: Dockerfile, stage: Stage): Traced {
  return Traced.unknown(dockerfile.file, stage.from.range);
}

/** The newest earlier stage of that name, as FROM finds it; names compare without case. */
function findStage(stages: readonly Stage[], name: string, before: number): number | undefined {
  const wanted = name.toLowerCase();
  for (let i = before - 1; i >= 0; i--) if (stages[i]?.name === wanted) return i;
  return undefined;
}

/** The stage that a build makes. */
function findTarget(stages: readonly Stage[], target: string | undefined): number {
  const last = stages.length - 1;
  if (target === undefined) return last;
  return findStage(stages, target, stages.length) ?? (/^\d+$/.test(target) ? Math.min(Number(target), last) : last);
}

/** The walk through one stage. Holds the state of the moment; what it hands out is immutable. */
class StageWalk {
  readonly #dockerfile: Dockerfile;
  readonly #stage: Stage;
  readonly #earlier: readonly WalkedStage[];
  readonly #context: ContextReader | undefined;
  readonly #overlay: Overlay | undefined;
  readonly #readFiles: ReadFiles;
  readonly #steps: InstructionStep[] = [];
  readonly #downloads = new Map<string, KnownArtifact>();
  #state: StackState = emptyState;
  #files = new ImageFiles();
  #shell: string | undefined;

  constructor(dockerfile: Dockerfile, stage: Stage, earlier: readonly WalkedStage[], options: InterpretOptions, readFiles: ReadFiles) {
    this.#dockerfile = dockerfile;
    this.#stage = stage;
    this.#earlier = earlier;
    this.#context = options.context;
    this.#overlay = options.overlay;
    this.#readFiles = readFiles;
  }

  /** Pauses behind each instruction. */
  *run(reference: Traced, parent: WalkedStage | undefined, global: Scope, shipped: boolean): Steps<WalkedStage> {
    const base = this.#base(reference, parent, global);
    const where: Location = { file: this.#dockerfile.file, range: this.#stage.from.image.range };
    let scope: Scope;
    if (parent === undefined) {
      this.#state = reference.value === 'scratch' ? emptyState : initialState(base.image, where);
      scope = stageScope(global, { env: this.#state.env, complete: this.#state.envComplete });
    } else {
      this.#state = parent.stack.final;
      this.#files = parent.files;
      for (const [path, artifact] of parent.downloads) this.#downloads.set(path, artifact);
      scope = stageScope(global, parent.scope);
    }
    const initial = this.#state;
    for (const instruction of this.#stage.instructions) {
      scope = this.#step(instruction, scope);
      yield;
    }
    const stack: StageStack = {
      stage: this.#stage,
      base,
      rootImage: parent === undefined ? base.image : parent.stack.rootImage,
      initial,
      steps: this.#steps,
      final: this.#state,
      shipped,
    };
    return { stack, scope, files: this.#files, downloads: this.#downloads };
  }

  #base(reference: Traced, parent: WalkedStage | undefined, global: Scope): StageBase {
    const platformFlag = flagValue(this.#stage.from.flags, 'platform');
    const external = parent === undefined && reference.value !== 'scratch';
    return {
      reference,
      parsed: external ? parseImageReference(reference.value) : undefined,
      stage: parent?.stack,
      image: external ? decodeImage(reference.value, this.#overlay) : undefined,
      platform: platformFlag === undefined ? undefined : global.expand(platformFlag),
    };
  }

  /** Takes one instruction into the state; gives the scope of the next. */
  #step(instruction: Instruction, scope: Scope): Scope {
    const before = this.#state;
    let next = scope;
    let commands: readonly ShellCommand[] = [];
    let actions: readonly ActionStep[] = [];
    switch (instruction.kind) {
      case 'arg':
        next = scope.apply(instruction);
        break;
      case 'env':
        next = scope.apply(instruction);
        this.#setEnvironment(next);
        break;
      case 'run': {
        const run = new CommandRun(this.#state, instruction, scope, this.#runSetting(instruction, scope));
        run.runInstruction();
        this.#state = run.state;
        commands = run.commands;
        actions = run.actions;
        break;
      }
      case 'cmd':
      case 'entrypoint':
      case 'healthcheck': {
        // These run in the container, not in the build: their commands are listed, and change nothing.
        const run = new CommandRun(this.#state, instruction, scope, { ...this.#runSetting(instruction, scope), context: undefined });
        run.runInstruction();
        commands = run.commands;
        break;
      }
      case 'copy':
      case 'add':
        this.#copy(instruction, scope);
        break;
      case 'workdir': {
        const folder = instruction.argument === undefined ? undefined : scope.expand(instruction.argument).value;
        if (folder !== undefined) {
          const workdir = resolvePath(this.#state.workdir, folder);
          this.#state = { ...this.#state, workdir, paths: [...this.#state.paths, { path: workdir, where: this.#at(instruction.range) }] };
        }
        break;
      }
      case 'user':
        this.#state = { ...this.#state, user: instruction.argument === undefined ? undefined : scope.expand(instruction.argument).value };
        break;
      case 'shell':
        this.#shell = instruction.exec[0]?.value;
        break;
      case 'from':
      case 'label':
      case 'onbuild':
      case 'other':
        break;
    }
    this.#steps.push({ instruction, before, after: this.#state, commands, actions, variable: next.value });
    return next;
  }

  #setEnvironment(scope: Scope): void {
    const env = new Map<string, Traced>();
    for (const [name, binding] of scope.env()) if (binding.value !== undefined) env.set(name, binding.value);
    const indexUrl = env.get('PIP_INDEX_URL') ?? env.get('UV_INDEX_URL') ?? env.get('UV_DEFAULT_INDEX') ?? this.#state.pip.indexUrl;
    const extra = env.get('PIP_EXTRA_INDEX_URL') ?? env.get('UV_EXTRA_INDEX_URL') ?? env.get('UV_INDEX');
    const extraIndexUrls = extra === undefined ? this.#state.pip.extraIndexUrls : [extra];
    this.#state = { ...this.#state, env, pip: { indexUrl, extraIndexUrls } };
  }

  #runSetting(instruction: CommandInstruction, scope: Scope): RunSetting {
    const mounts = instruction.flags.filter((flag) => flag.name === 'mount' && flag.value !== undefined);
    let files = this.#files;
    for (const mount of mounts) {
      const options = new Map((mount.value === undefined ? '' : scope.expand(mount.value).value).split(',').map((option) => splitOnce(option, '=')));
      const target = options.get('target') ?? options.get('dst') ?? options.get('destination');
      const type = options.get('type') ?? 'bind';
      if (target === undefined || type !== 'bind' || options.has('from')) continue;
      files = files.with([options.get('source') ?? options.get('src') ?? '/'], resolvePath(this.#state.workdir, target), false);
    }
    return {
      file: this.#dockerfile.file,
      text: this.#dockerfile.text,
      shell: this.#shell,
      context: this.#context,
      files,
      downloads: this.#downloads,
      readFiles: this.#readFiles,
    };
  }

  #copy(instruction: CopyInstruction, scope: Scope): void {
    if (instruction.destination === undefined) return;
    const destination = scope.expand(instruction.destination).value;
    const target = resolvePath(this.#state.workdir, destination);
    const where = this.#at(instruction.range);
    const sources = instruction.sources.map((word) => ({ word, text: scope.expand(word) }));
    const intoFolder = destination.endsWith('/') || destination === '.' || sources.length > 1;
    let state: StackState = { ...this.#state, paths: [...this.#state.paths, { path: target, where }] };

    const from = flagValue(instruction.flags, 'from');
    if (from !== undefined) {
      const origin = this.#origin(scope.expand(from).value, where);
      const added = sources.flatMap(({ word, text }) =>
        copiedComponents(resolvePath('/', text.value), origin.components, origin.roots, this.#at(word.range)),
      );
      state = { ...state, components: added.length === 0 ? state.components : place(state.components, added), opaque: state.opaque || (origin.opaque && coversSystem(target)) };
    } else {
      this.#files = this.#files.with(sources.map(({ text }) => text.value), target, intoFolder);
      for (const { text } of sources) {
        const artifact = recogniseUrl(text.value);
        if (artifact !== undefined) this.#downloads.set(intoFolder ? resolvePath(target, baseName(text.value)) : target, artifact);
      }
      // A folder copied there can hold libraries; a file with an extension is what its name says.
      const folders = sources.some(({ text }) => !/\.[a-z]\w*$/i.test(text.value));
      if (coversSystem(target) && folders && instruction.heredocs.length === 0) state = { ...state, opaque: true };
    }
    const engines = sources.filter(({ text }) => /\.(?:engine|plan|trt)$/.test(text.value));
    if (engines.length > 0) {
      const added = engines.map(({ word, text }) =>
        component('engine-file', baseName(text.value), { type: 'unknown' }, undefined, 'stated', 'copy', this.#at(word.range)),
      );
      state = { ...state, components: [...state.components, ...added] };
    }
    this.#state = state;
  }

  /** What `COPY --from` names has at its end: a stage by name or number, or an external image. */
  #origin(name: string, where: Location): Pick<StackState, 'components' | 'opaque'> & { readonly roots: ReadonlyMap<string, string> } {
    const stages = this.#earlier.map(({ stack }) => stack.stage);
    const index = findStage(stages, name, stages.length) ?? (/^\d+$/.test(name) ? Number(name) : undefined);
    const stage = index === undefined ? undefined : this.#earlier[index]?.stack;
    const { components, opaque } = stage?.final ?? initialState(decodeImage(name, this.#overlay), where);
    return { components, opaque, roots: stage === undefined ? new Map() : listPythonRoots(stage) };
  }

  #at(range: Range): Location {
    return { file: this.#dockerfile.file, range };
  }
}

/** A copy onto these folders can bring any library or program. */
function coversSystem(target: string): boolean {
  return /^\/(?:usr(?:\/local)?|lib|opt)?$/.test(target);
}

interface RunSetting {
  readonly file: string;
  readonly text: string;
  readonly shell: string | undefined;
  /** Undefined where scripts are not to be followed. */
  readonly context: ContextReader | undefined;
  readonly files: ImageFiles;
  readonly downloads: Map<string, KnownArtifact>;
  readonly readFiles: ReadFiles;
}

/** One RUN: its commands in order, those of the scripts it calls among them, each action with the state around it. */
class CommandRun {
  readonly commands: ShellCommand[] = [];
  readonly actions: ActionStep[] = [];
  state: StackState;
  readonly #instruction: CommandInstruction;
  readonly #scope: Scope;
  readonly #setting: RunSetting;
  readonly #installers: InstallerContext;

  constructor(state: StackState, instruction: CommandInstruction, scope: Scope, setting: RunSetting) {
    this.state = state;
    this.#instruction = instruction;
    this.#scope = scope;
    this.#setting = setting;
    this.#installers = { readImageFile: (path, command) => this.#readImageFile(path, command) };
  }

  runInstruction(): void {
    const { script, scriptRange, exec, heredocs } = this.#instruction;
    const { file, text } = this.#setting;
    if (exec !== undefined) {
      this.#runScript(file, execAsScript(text, scriptRange, exec), scriptRange.start, this.#setting.shell, 0);
      return;
    }
    if (script === undefined) return;
    if (script.trim() === '' && heredocs.length > 0) {
      // `RUN <<EOF`: the body is the script, run by the shell or by the program its first line names.
      for (const { bodyRange } of heredocs) {
        const body = text.slice(bodyRange.start, bodyRange.end);
        const interpreter = /^\s*#!\s*(?:\/usr\/bin\/env\s+)?(\S+)/.exec(body)?.[1];
        if (interpreter === undefined || isShell(interpreter)) {
          this.#runScript(file, body, bodyRange.start, interpreter ?? this.#setting.shell, 0);
        }
      }
      return;
    }
    this.#runScript(file, withHeredocs(text, script, this.#instruction), scriptRange.start, this.#setting.shell, 0);
  }

  #runScript(file: string, text: string, offset: number, shell: string | undefined, depth: number): void {
    const script = readScript({ file, text, offset }, this.#lookup, {
      workingDirectory: this.state.workdir,
      ...(shell === undefined ? {} : { shell }),
    });
    this.#apply(script, depth);
  }

  #apply(script: ShellScript, depth: number): void {
    const pipelineDownloads = new Map<number, KnownArtifact>();
    const actionsOf = new Map<ShellCommand, ActionStep['action'][]>();
    for (const action of recogniseActions(script, this.#installers)) {
      const list = actionsOf.get(action.command);
      if (list === undefined) actionsOf.set(action.command, [action]);
      else list.push(action);
    }
    for (const command of script.commands) {
      this.commands.push(command);
      for (const action of actionsOf.get(command) ?? []) {
        const before = this.state;
        this.state = applyAction(before, action, { downloads: this.#setting.downloads, pipelineDownloads, recogniseArtifact });
        this.actions.push({ action, instruction: this.#instruction, before, after: this.state });
      }
      const called = findScriptCall(command);
      if (called !== undefined) this.#call(called, command, depth);
    }
  }

  /** Follows a script into the build context; one that cannot be read may do anything. */
  #call({ path, shell, harmless }: ScriptCall, command: ShellCommand, depth: number): void {
    const found = path.includes(UNKNOWN) ? undefined : this.#readImageFile(resolvePath(command.workingDirectory ?? this.state.workdir, path), command);
    if (found !== undefined && depth < MAX_SCRIPT_DEPTH) this.#runScript(found.file, found.text, 0, shell, depth + 1);
    else if (!harmless) this.state = { ...this.state, opaque: true };
  }

  #readImageFile(path: string, command: ShellCommand | undefined): { readonly file: string; readonly text: string } | undefined {
    const { context, files, readFiles } = this.#setting;
    if (context === undefined) return undefined;
    const found = files.read(resolvePath(this.state.workdir, path), context);
    if (found === undefined) return undefined;
    const file = context.fileName(found.contextPath);
    readFiles.texts.set(file, found.text);
    if (!readFiles.places.has(file)) readFiles.places.set(file, this.#placeOf(path, command));
    return { file, text: found.text };
  }

  /** Where the Dockerfile has a file read: the word that names it, or the place of the script whose command does. */
  #placeOf(path: string, command: ShellCommand | undefined): Location {
    const { file, readFiles } = this.#setting;
    if (command === undefined) return { file, range: this.#instruction.range };
    if (command.file !== file) return readFiles.places.get(command.file) ?? { file, range: this.#instruction.range };
    const word = command.words.find(({ text }) => text.value.endsWith(baseName(path)));
    return { file, range: word?.range ?? command.range };
  }

  readonly #lookup: VariableLookup = (name) => {
    const value = this.#scope.value(name);
    if (value !== undefined) return value;
    return this.#scope.unset(name) === 'empty' ? undefined : Traced.unknown(this.#setting.file, this.#instruction.keywordRange);
  };
}

function isShell(program: string): boolean {
  return /^(?:ba|da|a|z|k)?sh$/.test(baseName(program));
}

/** A command line with the here-documents that the Dockerfile reader took out of it: shells read them themselves. */
function withHeredocs(text: string, script: string, { scriptRange, range, heredocs }: CommandInstruction): string {
  if (heredocs.length === 0) return script;
  let line = script;
  for (const { operatorRange } of heredocs) {
    const start = operatorRange.start - scriptRange.start;
    line = line.slice(0, start) + text.slice(operatorRange.start, operatorRange.end) + line.slice(start + operatorRange.end - operatorRange.start);
  }
  return line + text.slice(scriptRange.end, range.end);
}

/** A JSON array as shell text of equal length: its strings stay quoted words, brackets and commas turn to blanks. */
function execAsScript(text: string, range: Range, strings: readonly { readonly range: Range }[]): string {
  let script = '';
  let position = range.start;
  for (const { range: inner } of strings) {
    script += ' '.repeat(Math.max(0, inner.start - 1 - position)) + text.slice(inner.start - 1, inner.end + 1);
    position = inner.end + 1;
  }
  return script + ' '.repeat(Math.max(0, range.end - position));
}

function flagValue(flags: readonly Flag[], name: string): Flag['value'] {
  return flags.find((flag) => flag.name === name)?.value;
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
