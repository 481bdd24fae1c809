import { resolvePath } from '../text/path';
import type { Range } from '../text/range';
import { Traced, UNKNOWN } from '../text/traced';
import type { VariableLookup } from './model';

/** A scalar, or the elements of an array. */
export type Value = Traced | readonly Traced[];

/** How far the flow of commands was left: by `break` or `continue`, `return`, `exit 0`, or an `exit` that fails the build. */
export type Leaving = 'loop' | 'function' | 'script' | 'failure';

/** Set by the system or the shell itself: not knowing their value does not mean that they are empty. */
const SHELL_OWN =
  /^(?:\d+|[?$!#@*\-_]|HOME|PATH|PWD|OLDPWD|USER|LOGNAME|SHELL|TERM|LANG|HOSTNAME|HOSTTYPE|MACHTYPE|OSTYPE|IFS|UID|EUID|PPID|RANDOM|SECONDS|LINENO|SHLVL|OPTIND|OPTARG|REPLY|FUNCNAME|PIPESTATUS|BASH\w*|ZSH\w*|DIRSTACK)$/;

/** Longest value kept in a variable; a script can double a string with each line. */
const MAX_VALUE_LENGTH = 8192;

/**
 * Variables, working directory and functions at one moment of a script. `Function` is the reader's own description of
 * a function's body.
 */
export class Environment<Function = unknown> {
  /** Variables set or unset by the script; undefined for one that is known to be unset. */
  readonly variables: Map<string, Value | undefined>;
  readonly exported: Set<string>;
  readonly functions: Map<string, Function>;
  readonly #lookup: VariableLookup;
  /** `$1` …; undefined when they are not known. */
  parameters: readonly Traced[] | undefined;
  /** After `cd`; undefined when there was none; `UNKNOWN` when it cannot be told. */
  directory: string | undefined;
  previousDirectory: string | undefined;
  /** Another file was sourced: a variable that nobody set may be set after all. */
  opaque = false;
  /** Set once the commands that follow are not reached. */
  leaving: Leaving | undefined;
  /** Set once the commands that follow may not be reached, up to the end of the loop, function or script. */
  uncertain: Exclude<Leaving, 'failure'> | undefined;

  constructor(lookup: VariableLookup, parameters: readonly Traced[] | undefined, from?: Environment<Function>) {
    this.#lookup = lookup;
    this.variables = new Map(from?.variables);
    this.exported = new Set(from?.exported);
    this.functions = new Map(from?.functions);
    this.parameters = parameters;
  }

  /** A copy for a subshell or for one branch of several. */
  fork(): Environment<Function> {
    const copy = new Environment<Function>(this.#lookup, this.parameters, this);
    copy.directory = this.directory;
    copy.previousDirectory = this.previousDirectory;
    copy.opaque = this.opaque;
    copy.uncertain = this.uncertain;
    return copy;
  }

  /** A copy as another program sees it: exported variables only, no functions. */
  forkForProgram(parameters: readonly Traced[] | undefined): Environment<Function> {
    const copy = this.fork();
    copy.functions.clear();
    copy.parameters = parameters;
    for (const name of copy.variables.keys()) {
      if (!copy.exported.has(name) && this.#lookup(name) === undefined) copy.variables.delete(name);
    }
    return copy;
  }

  /** Takes over the state of `branch`, the only way that is left. */
  become(branch: Environment<Function>): void {
    if (branch === this) return;
    this.variables.clear();
    for (const [name, value] of branch.variables) this.variables.set(name, value);
    for (const name of branch.exported) this.exported.add(name);
    for (const [name, body] of branch.functions) this.functions.set(name, body);
    this.parameters = branch.parameters;
    this.directory = branch.directory;
    this.previousDirectory = branch.previousDirectory;
    this.opaque = branch.opaque;
    this.leaving = branch.leaving;
    this.uncertain = branch.uncertain;
  }

  /**
   * Continues after several ways of which one was taken: what they agree upon stays, the rest is unknown.
   * `file` and `range` are the place given to what became unknown.
   */
  merge(branches: readonly Environment<Function>[], file: string, range: Range): void {
    const open = branches.filter((branch) => branch.leaving === undefined);
    const first = open[0];
    if (first === undefined) {
      this.leaving = branches.find((branch) => branch.leaving !== 'failure')?.leaving ?? 'failure';
      return;
    }
    const uncertain = widest(branches);
    const names = new Set<string>();
    for (const branch of open) for (const name of branch.variables.keys()) names.add(name);
    const merged = new Map<string, Value | undefined>();
    for (const name of names) {
      const value = first.get(name);
      const same = open.every((branch) => sameValue(branch.get(name), value));
      merged.set(name, same ? value : Traced.unknown(file, range));
    }
    const directory = open.every((branch) => branch.directory === first.directory) ? first.directory : UNKNOWN;
    const opaque = open.some((branch) => branch.opaque);
    for (const branch of open) {
      for (const name of branch.exported) this.exported.add(name);
      for (const [name, body] of branch.functions) this.functions.set(name, body);
    }
    this.variables.clear();
    for (const [name, value] of merged) this.variables.set(name, value);
    this.parameters = open.every((branch) => branch.parameters === first.parameters) ? first.parameters : undefined;
    this.directory = directory;
    this.opaque = opaque;
    this.leaving = undefined;
    this.uncertain = uncertain;
  }

  /** Value of a variable; undefined when it is certainly unset, an unknown value when that cannot be told. */
  get(name: string): Value | undefined {
    if (this.variables.has(name)) return this.variables.get(name);
    if (/^\d+$/.test(name) && name !== '0' && this.parameters !== undefined) return this.parameters[Number(name) - 1];
    const given = this.#lookup(name);
    if (given !== undefined) return given;
    return this.opaque || SHELL_OWN.test(name) ? NOWHERE : undefined;
  }

  /** Sets a variable. */
  set(name: string, value: Value | undefined): void {
    this.variables.set(name, value instanceof Traced && value.value.length > MAX_VALUE_LENGTH ? NOWHERE : value);
  }

  /** Follows `cd`; `target` is undefined for a bare `cd`. */
  changeDirectory(target: string | undefined, start: string | undefined): void {
    const before = this.directory ?? start;
    this.directory = target === '-' ? (this.previousDirectory ?? UNKNOWN) : joinDirectory(before, target);
    this.previousDirectory = before;
  }
}

/** Stands for a value of which neither the text nor the place is known. */
export const NOWHERE = Traced.unknown('', { start: 0, end: 0 });

/** The widest of the scopes that some branch may have left without failing the build. */
function widest(branches: readonly Environment[]): Environment['uncertain'] {
  let found: Environment['uncertain'];
  for (const { leaving, uncertain } of branches) {
    for (const scope of [uncertain, leaving]) {
      if (scope === 'script' || (scope === 'function' && found !== 'script') || (scope === 'loop' && found === undefined)) found = scope;
    }
  }
  return found;
}

function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (a instanceof Traced && b instanceof Traced) return a.value === b.value && a.known;
  if (a === undefined || b === undefined || a instanceof Traced || b instanceof Traced) return false;
  return a.length === b.length && a.every((element, i) => sameValue(element, b[i]));
}

function joinDirectory(base: string | undefined, target: string | undefined): string {
  if (target === undefined || target.includes(UNKNOWN) || target.startsWith('~') || /[*?[]/.test(target)) return UNKNOWN;
  if (target.startsWith('/')) return resolvePath('/', target);
  if (base === undefined) return target.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '') || '.';
  if (base.includes(UNKNOWN)) return UNKNOWN;
  return base.startsWith('/') ? resolvePath(base, target) : `${base}/${target}`;
}
