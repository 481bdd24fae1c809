import type { Scope } from '../dockerfile/scope';
import type { LayeredMap } from '../dockerfile/layered-map';
import type { CommandInstruction, CopyInstruction, Dockerfile, Flag, Instruction } from '../dockerfile/model';
import { decodeImage } from '../image/decode';
import type { Overlay } from '../overlay/model';
import { recogniseActions } from '../shell/installers/index';
import { recogniseArtifact, recogniseUrl } from '../shell/installers/known-artifacts';
import type { ContextReader, InstallerContext, KnownArtifact } from '../shell/installers/model';
import type { ShellCommand, ShellScript, VariableLookup } from '../shell/model';
import { readScript } from '../shell/read';
import { findScriptCall, type ScriptCall } from '../shell/script-call';
import { baseName, resolvePath } from '../text/path';
import type { Location, Range } from '../text/range';
import { Traced, UNKNOWN } from '../text/traced';
import { applyAction, component, place, type Downloads } from './apply';
import { copiedComponents } from './copied';
import type { ImageFiles } from './image-files';
import { initialState } from './initial';
import type { ActionStep, InstructionStep, StackState, StageStack } from './model';
import { listPythonRoots } from './python-root';

/** What holds between two instructions of a stage. Never changed. */
export interface Moment {
  readonly scope: Scope;
  readonly state: StackState;
  readonly files: ImageFiles;
  /** Known archives by the absolute path under which they were downloaded. */
  readonly downloads: LayeredMap<KnownArtifact>;
  /** Program given to SHELL. */
  readonly shell: string | undefined;
}

/** What an instruction was told when it looked for a file in the build context. */
export interface Answer {
  /** Path in the build context. */
  readonly path: string;
  /** Undefined where there is no such file. */
  readonly text: string | undefined;
  /** The name of the file, and the place that has it read; undefined where there is none. */
  readonly found: { readonly file: string; readonly place: Location } | undefined;
}

/** An instruction with what hangs on it. */
export interface WalkedInstruction {
  readonly step: InstructionStep;
  readonly after: Moment;
  readonly answers: readonly Answer[];
}

/** What an instruction sees besides the moment. */
export interface Surroundings {
  readonly dockerfile: Dockerfile;
  /** The stages before its own, whole. */
  readonly stages: readonly StageStack[];
  readonly context: Pick<ContextReader, 'readText' | 'fileName'> | undefined;
  readonly overlay: Overlay | undefined;
  /** For each file of the build context that was read before, the place in the Dockerfile that first had it read. */
  readonly readAt: ReadonlyMap<string, Location>;
}

/** Scripts that call scripts are followed this deep. */
const MAX_SCRIPT_DEPTH = 4;

/** Takes one instruction of a stage. Nothing else than what it is given decides what comes out. */
export function walkInstruction(instruction: Instruction, moment: Moment, surroundings: Surroundings): WalkedInstruction {
  return new InstructionWalk(moment, surroundings).take(instruction);
}

/** The walk over one instruction. Holds the state of the moment; what it hands out is immutable. */
class InstructionWalk {
  readonly #surroundings: Surroundings;
  readonly #scope: Scope;
  readonly #answers: Answer[] = [];
  #state: StackState;
  #files: ImageFiles;
  #downloads: LayeredMap<KnownArtifact>;
  #shell: string | undefined;

  constructor({ scope, state, files, downloads, shell }: Moment, surroundings: Surroundings) {
    this.#surroundings = surroundings;
    this.#scope = scope;
    this.#state = state;
    this.#files = files;
    this.#downloads = downloads;
    this.#shell = shell;
  }

  take(instruction: Instruction): WalkedInstruction {
    const before = this.#state;
    const scope = this.#scope;
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
    return {
      step: { instruction, before, after: this.#state, commands, actions, variable: next.value },
      after: { scope: next, state: this.#state, files: this.#files, downloads: this.#downloads, shell: this.#shell },
      answers: this.#answers,
    };
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
    const { dockerfile, context, readAt } = this.#surroundings;
    return {
      file: dockerfile.file,
      text: dockerfile.text,
      shell: this.#shell,
      context,
      files,
      downloads: { get: (path) => this.#downloads.get(path), set: (path, artifact) => this.#download(path, artifact) },
      readAt,
      answers: this.#answers,
    };
  }

  #download(path: string, artifact: KnownArtifact): void {
    this.#downloads = this.#downloads.with([[path, artifact]]);
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
        if (artifact !== undefined) this.#download(intoFolder ? resolvePath(target, baseName(text.value)) : target, artifact);
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
    const { stages, overlay } = this.#surroundings;
    const wanted = name.toLowerCase();
    const stage = stages.findLast((one) => one.stage.name === wanted) ?? (/^\d+$/.test(name) ? stages[Number(name)] : undefined);
    const { components, opaque } = stage?.final ?? initialState(decodeImage(name, overlay), where);
    return { components, opaque, roots: stage === undefined ? new Map() : listPythonRoots(stage) };
  }

  #at(range: Range): Location {
    return { file: this.#surroundings.dockerfile.file, range };
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
  readonly context: Surroundings['context'];
  readonly files: ImageFiles;
  readonly downloads: Downloads;
  readonly readAt: Surroundings['readAt'];
  /** Filled by the run. */
  readonly answers: Answer[];
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
    const { context, files, answers } = this.#setting;
    if (context === undefined) return undefined;
    const found = files.read(resolvePath(this.state.workdir, path), {
      readText: (contextPath) => {
        const text = context.readText(contextPath);
        answers.push({ path: contextPath, text, found: text === undefined ? undefined : { file: context.fileName(contextPath), place: this.#placeOf(path, command) } });
        return text;
      },
    });
    const file = answers.at(-1)?.found?.file;
    return found === undefined || file === undefined ? undefined : { file, text: found.text };
  }

  /** Where the Dockerfile has a file read: the word that names it, or the place of the script whose command does. */
  #placeOf(path: string, command: ShellCommand | undefined): Location {
    const { file, readAt, answers } = this.#setting;
    if (command === undefined) return { file, range: this.#instruction.range };
    if (command.file !== file) return readAt.get(command.file) ?? answers.find(({ found }) => found?.file === command.file)?.found?.place ?? { file, range: this.#instruction.range };
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

/** The value of a flag; undefined where it is absent or bare. */
export function flagValue(flags: readonly Flag[], name: string): Flag['value'] {
  return flags.find((flag) => flag.name === name)?.value;
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
