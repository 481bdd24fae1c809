import type { Location, Range } from '../text/range';
import { Traced } from '../text/traced';
import { expandWord } from './expand';
import type { UnsetMeaning } from './expand';
import { LayeredMap } from './layered-map';
import type { EscapeCharacter } from './logical';
import type { ArgInstruction, Dockerfile, EnvInstruction, Word } from './model';

/**
 * Where a variable comes from: an ARG with its default, a `--build-arg` for a declared ARG, ENV of this stage,
 * ENV of the image or stage it is built upon, or Docker itself (TARGETARCH, HTTP_PROXY …).
 */
export type Origin = 'arg' | 'build-arg' | 'env' | 'base' | 'predefined';

export interface Binding {
  /** Undefined for an ARG without default that nobody gave: set or not is decided by who starts the build. */
  readonly value: Traced | undefined;
  readonly origin: Origin;
  /** The name in the ARG or ENV that made it; undefined for what no line of this file declares. */
  readonly declared: Location | undefined;
}

/** One ARG or ENV name with its place, as the instructions hold it. */
export interface Declaration {
  readonly name: string;
  readonly nameRange: Range;
  readonly value: Word | undefined;
}

/** Environment that a stage starts with: that of an external image. */
export interface BaseEnvironment {
  readonly env: ReadonlyMap<string, Traced>;
  /** False when the image may set more than `env` tells. */
  readonly complete: boolean;
}

/** Set by BuildKit for every build; known in FROM lines, and in a stage that declares them. */
const PLATFORM_ARGUMENTS: ReadonlySet<string> = new Set([
  'BUILDPLATFORM',
  'BUILDOS',
  'BUILDOSVERSION',
  'BUILDARCH',
  'BUILDVARIANT',
  'TARGETPLATFORM',
  'TARGETOS',
  'TARGETOSVERSION',
  'TARGETARCH',
  'TARGETVARIANT',
  'TARGETSTAGE',
]);

/** Handed to every RUN when the build is given them, without being declared. */
const PROXY_ARGUMENTS: ReadonlySet<string> = new Set(
  ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
);

/** PATH of an image that sets none. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const NOWHERE: Range = { start: 0, end: 0 };

/** What all scopes of one Dockerfile share. */
interface Setting {
  readonly file: string;
  readonly escape: EscapeCharacter;
  readonly buildArgs: BuildArguments;
}

/** Values of `--build-arg` by name; one that is written in a file (Compose, bake) brings its place. */
export type BuildArguments = ReadonlyMap<string, string | Traced>;

/**
 * The variables that one instruction sees. Never changed: `declareArg`, `setEnv` and `apply` give the scope of the
 * next instruction. The later of ARG and ENV wins, as in BuildKit (dockerfile2llb: dispatchArg, dispatchEnv).
 */
export class Scope {
  readonly #setting: Setting;
  /** Undefined in the global scope, which is its own. */
  readonly #global: Scope | undefined;
  readonly #bindings: LayeredMap<Binding>;
  /** ENV alone: what the image keeps, whatever an ARG of the same name holds during the build. */
  readonly #env: LayeredMap<Binding>;
  /** False when the base image may set variables that nobody knows of. */
  readonly complete: boolean;

  /** Use `createGlobalScope` and `stageScope`. */
  constructor(
    setting: Setting,
    global: Scope | undefined,
    bindings: LayeredMap<Binding>,
    env: LayeredMap<Binding>,
    complete: boolean,
  ) {
    this.#setting = setting;
    this.#global = global;
    this.#bindings = bindings;
    this.#env = env;
    this.complete = complete;
  }

  /** The variable of that name; undefined when nothing in the file, its base or Docker sets it. */
  lookup(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.#predefined(name);
  }

  /** The value of a variable, for `expandWord`; `unset` tells what its absence means. */
  readonly value = (name: string): Traced | undefined => this.lookup(name)?.value;

  /** What it means that `value` gives nothing for this name. */
  readonly unset = (name: string): UnsetMeaning => {
    if (!this.complete) return 'unknown';
    return this.lookup(name) === undefined ? 'empty' : 'required';
  };

  /** The value of a word where this scope holds. */
  expand(word: Word): Traced {
    return expandWord(word, this.value, { file: this.#setting.file, escape: this.#setting.escape, unset: this.unset });
  }

  /**
   * The scope after one name of an ARG. In a stage a name without default takes the global ARG's value.
   * A `--build-arg` wins over both. Without any value an ENV of that name stays in force.
   */
  declareArg(declaration: Declaration): Scope {
    const { name, nameRange } = declaration;
    const { file, buildArgs } = this.#setting;
    const declared = { file, range: nameRange };
    const given = buildArgs.get(name);
    if (given !== undefined) return this.#bind(name, { value: givenAt(given, declared), origin: 'build-arg', declared });
    if (declaration.value !== undefined) {
      return this.#bind(name, { value: this.expand(declaration.value), origin: 'arg', declared });
    }
    const outer = this.#global?.lookup(name);
    if (outer?.value !== undefined) {
      return outer.declared === undefined
        ? this.#bind(name, { value: Traced.unknown(file, nameRange), origin: outer.origin, declared })
        : this.#bind(name, outer);
    }
    return this.value(name) === undefined ? this.#bind(name, { value: undefined, origin: 'arg', declared }) : this;
  }

  /** The scope after one ENV name; `value` is already expanded, `nameRange` is where the name is written. */
  setEnv(name: string, value: Traced, nameRange: Range): Scope {
    return this.#setAll([[name, { value, origin: 'env', declared: { file: this.#setting.file, range: nameRange } }]]);
  }

  /**
   * The scope after an ARG or ENV. The assignments of one ENV do not see each other (`ENV A=1 B=$A` takes the older
   * A), the declarations of one ARG do.
   */
  apply(instruction: ArgInstruction | EnvInstruction): Scope {
    if (instruction.kind === 'arg') return instruction.declarations.reduce((scope: Scope, each) => scope.declareArg(each), this);
    const { file } = this.#setting;
    return this.#setAll(
      instruction.assignments.map(({ name, nameRange, value }) => [
        name,
        { value: this.expand(value), origin: 'env', declared: { file, range: nameRange } },
      ]),
    );
  }

  /** Every variable that is bound, predefined ones left out. */
  bindings(): ReadonlyMap<string, Binding> {
    return this.#bindings.entries();
  }

  /** ENV in force, that of the base included, ARGs left out: the environment that the image would have. */
  env(): ReadonlyMap<string, Binding> {
    return this.#env.entries();
  }

  /** The scope in which a stage built upon this one begins: its ARGs are inherited, and its ENV stands above them. */
  inherit(): Scope {
    const env = [...this.#env.entries()].map(([name, binding]): [string, Binding] => [name, { ...binding, origin: 'base' }]);
    return new Scope(this.#setting, this.#global, this.#bindings.with(env), new LayeredMap(new Map(env)), this.complete);
  }

  /** The scope of a stage built upon an external image; to be called on the global scope. */
  enter(base: BaseEnvironment): Scope {
    const env = new Map<string, Binding>();
    for (const [name, value] of base.env) env.set(name, { value, origin: 'base', declared: undefined });
    if (base.complete && !env.has('PATH')) {
      const place = { file: this.#setting.file, range: NOWHERE };
      env.set('PATH', { value: valueAt(DEFAULT_PATH, place), origin: 'base', declared: undefined });
    }
    const map = new LayeredMap(env);
    return new Scope(this.#setting, this, map, map, base.complete);
  }

  #bind(name: string, binding: Binding): Scope {
    return new Scope(this.#setting, this.#global, this.#bindings.with([[name, binding]]), this.#env, this.complete);
  }

  #setAll(entries: readonly (readonly [string, Binding])[]): Scope {
    return new Scope(this.#setting, this.#global, this.#bindings.with(entries), this.#env.with(entries), this.complete);
  }

  #predefined(name: string): Binding | undefined {
    const isGlobal = this.#global === undefined;
    if (!(isGlobal ? PLATFORM_ARGUMENTS : PROXY_ARGUMENTS).has(name)) return undefined;
    const { file, buildArgs } = this.#setting;
    const given = buildArgs.get(name);
    return given === undefined
      ? { value: Traced.unknown(file, NOWHERE), origin: 'predefined', declared: undefined }
      : { value: givenAt(given, { file, range: NOWHERE }), origin: 'build-arg', declared: undefined };
  }
}

/** A value that is written nowhere, shown at `place`. */
function valueAt(text: string, place: Location): Traced {
  return new Traced([{ text, ...place, verbatim: false }]);
}

function givenAt(given: string | Traced, place: Location): Traced {
  return typeof given === 'string' ? valueAt(given, place) : given;
}

/**
 * What FROM lines see: the ARGs before the first FROM and the platform arguments that BuildKit sets.
 * `buildArgs` are the values of `--build-arg`; they count for declared ARGs and for predefined ones.
 */
export function createGlobalScope(dockerfile: Dockerfile, buildArgs: BuildArguments = new Map()): Scope {
  const { file, escape } = dockerfile;
  const empty = new LayeredMap<Binding>(new Map());
  let scope = new Scope({ file, escape, buildArgs }, undefined, empty, empty, true);
  for (const instruction of dockerfile.globals) {
    if (instruction.kind === 'arg') scope = scope.apply(instruction);
  }
  return scope;
}

/**
 * The scope in which a stage begins. `base` is the environment of the external image it is built upon, or the scope
 * at the end of the earlier stage it is built upon, whose ARGs BuildKit hands on too (dockerfile2llb: init copies the
 * state with all variables, dispatchStages then sets ENV again).
 */
export function stageScope(global: Scope, base: BaseEnvironment | Scope): Scope {
  return base instanceof Scope ? base.inherit() : global.enter(base);
}
