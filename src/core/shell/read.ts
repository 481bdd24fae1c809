import { parse } from 'unbash';
import type {
  AndOr,
  ArrayValue,
  Assignment,
  Case,
  Command,
  CommandExpansionPart,
  CommandNode,
  CompoundList,
  Function as FunctionNode,
  If,
  ParsedScript,
  Pipeline,
  PipelineNode,
  ProcessSubstitutionPart,
  Redirection,
  Statement,
  Word,
} from 'unbash';
import { baseName } from '../text/path';
import { Traced, UNKNOWN, type Piece } from '../text/traced';
import { evaluateExpression, evaluateTest, negate } from './conditions';
import { Environment, NOWHERE, type Value } from './environment';
import { expandFields, expandHeredoc, expandPattern, expandSingle, matchesPattern, type Scope } from './expand';
import type { ShellAssignment, ShellCommand, ShellRedirect, ShellScript, ShellWord, VariableLookup } from './model';
import { outputOf } from './output';
import { SourceText } from './source-text';
import { commandName, isBlank, readInnerShell, unwrapCommand } from './wrappers';

/** Text handed to a shell: `text` holds the document's characters from `offset` on, or blanks of equal length. */
export interface ShellSource {
  readonly file: string;
  readonly text: string;
  readonly offset: number;
}

/** How a script is run. */
export interface ReadOptions {
  /** Directory in which it starts, absolute; `cd` to a relative path is resolved against it. */
  readonly workingDirectory?: string | undefined;
  /** Program of the shell, as given to SHELL: `/bin/bash`, `powershell`. Told by a `#!` line, or POSIX, when absent. */
  readonly shell?: string | undefined;
  /** `$1` … of a script that is called with arguments; unknown when absent. */
  readonly parameters?: readonly Traced[] | undefined;
}

/** Bounds on the work for one script; beyond them the rest is left out. */
const MAX_COMMANDS = 4000;
const MAX_STEPS = 10_000;
const MAX_CHARACTERS = 1_000_000;
const MAX_DEPTH = 6;
const MAX_ITERATIONS = 16;

const READABLE_SHELL = /^(?:sh|bash|dash|ash|zsh|ksh|busybox)$/;

/**
 * Reads a script as the simple commands it runs, in the order in which the shell comes to them.
 * `lookup` answers for variables that the script itself does not set; see `VariableLookup`.
 * Never throws: what cannot be read gives `unreadable`, what is too deep or too long is cut short.
 */
export function readScript(source: ShellSource, lookup: VariableLookup, options: ReadOptions = {}): ShellScript {
  const shebang = /^#!\s*(?:\S*\/env\s+(?:-S\s+)?)?(\S+)/.exec(source.text)?.[1];
  const program = baseName(shebang ?? options.shell ?? 'sh')
    .toLowerCase()
    .replace(/\.exe$/, '');
  const range = { start: source.offset, end: source.offset + source.text.length };
  const text = new SourceText(Traced.literal(source.text.replaceAll('\r', ' '), source.file, range), source.file, range);
  const environment: Scripted = new Environment(lookup, options.parameters);
  const reader = new Reader(options.workingDirectory);
  if (!READABLE_SHELL.test(program) || !reader.run(text, environment, 0, TOP)) {
    return { commands: [], variables: new Map(), unreadable: true };
  }
  reader.runUncalledFunctions(environment);
  const variables = new Map<string, Traced>();
  for (const [name, value] of environment.variables) {
    if (value instanceof Traced) variables.set(name, value === NOWHERE ? Traced.unknown(source.file, range) : value);
  }
  return { commands: reader.commands, variables, unreadable: false };
}

/** A function and the text in which it was written. */
interface FunctionBody {
  readonly node: FunctionNode['body'];
  readonly source: SourceText;
}

type Scripted = Environment<FunctionBody>;

/** Where commands are read and what they change. */
interface Frame {
  readonly source: SourceText;
  readonly environment: Scripted;
  /** Number of scripts within scripts. */
  readonly depth: number;
}

/** What surrounds a command. */
interface Flow {
  readonly conditional: boolean;
  readonly failureIgnored: boolean;
  readonly substitution: boolean;
  /** The pipeline of which the command is an element. */
  readonly pipeline: { readonly number: number; readonly index: number } | undefined;
  /** Redirections of the groups around it. */
  readonly redirects: readonly ShellRedirect[];
}

const TOP: Flow = { conditional: false, failureIgnored: false, substitution: false, pipeline: undefined, redirects: [] };

/** Exit status as far as it can be told: true for success. */
type Status = boolean | undefined;

/** Commands whose failure is an answer, so that what follows `&&` may well not run. */
const QUERIES: ReadonlySet<string> = new Set(['[', 'test', 'command', 'which', 'type', 'hash', 'grep', 'egrep', 'fgrep', 'diff', 'cmp', 'id', 'getent']);

/** Names that an assignment, or a command that assigns, may set in a stretch of script. */
const ASSIGNED = /(?:^|[\s;&|({`])([A-Za-z_]\w*)(?:\[[^\]\n]*\])?\+?=/g;

class Reader {
  readonly commands: ShellCommand[] = [];
  readonly #start: string | undefined;
  readonly #functions: FunctionBody[] = [];
  readonly #called = new Set<FunctionBody['node']>();
  readonly #active = new Set<FunctionBody['node']>();
  #pipelines = 0;
  #steps = 0;
  #characters = 0;

  constructor(start: string | undefined) {
    this.#start = start;
  }

  /** Reads a text and follows it; false when it is no shell script. */
  run(source: SourceText, environment: Scripted, depth: number, flow: Flow): boolean {
    let script: ParsedScript;
    try {
      script = parse(source.text);
    } catch {
      return false;
    }
    if (script.errors !== undefined && script.errors.length > 0) return false;
    this.#statements(script.commands, { source, environment, depth }, flow);
    return true;
  }

  /** Follows the functions that nobody called: they may be called from elsewhere. */
  runUncalledFunctions(environment: Scripted): void {
    for (const body of this.#functions) {
      if (this.#called.has(body.node)) continue;
      const inner = environment.fork();
      inner.leaving = undefined;
      inner.parameters = undefined;
      this.#callFunction(body, inner, 0, { ...TOP, conditional: true });
    }
  }

  #statements(statements: readonly Statement[], frame: Frame, flow: Flow): Status {
    let status: Status = true;
    for (const statement of statements) {
      if (frame.environment.leaving !== undefined) break;
      if (++this.#steps > MAX_STEPS) break;
      const inner = statement.background === true ? { ...frame, environment: frame.environment.fork() } : frame;
      status = this.#node(statement.command, inner, flow);
    }
    return status;
  }

  #list(list: CompoundList, frame: Frame, flow: Flow): Status {
    return this.#statements(list.commands, frame, flow);
  }

  #node(node: PipelineNode | AndOr | CompoundList, frame: Frame, flow: Flow): Status {
    switch (node.type) {
      case 'Command':
        return this.#command(node, frame, flow);
      case 'AndOr':
        return this.#andOr(node, frame, flow);
      case 'Pipeline':
        return this.#pipeline(node, frame, flow);
      case 'CompoundList':
        return this.#list(node, frame, flow);
      case 'BraceGroup':
        return this.#list(node.body, frame, flow);
      case 'Subshell':
        return this.#subshell(node.body, frame, flow);
      case 'If':
        return this.#if(node, frame, flow);
      case 'Case':
        return this.#case(node, frame, flow);
      case 'For':
      case 'Select':
        return this.#for(node.type === 'For', node.name.text, node.wordlist, node.body, frame, flow);
      case 'While':
        return this.#while(node.clause, node.body, frame, flow);
      case 'ArithmeticFor':
        return this.#while(undefined, node.body, frame, flow);
      case 'Function':
        return this.#define(node, frame);
      case 'Coproc':
        return this.#node(node.body, { ...frame, environment: frame.environment.fork() }, flow);
      case 'Redirected': {
        const redirects = this.#redirects(node.redirects, this.#scope(frame, flow)).filter((redirect) => redirect.operator.includes('>'));
        return this.#node(node.command, frame, { ...flow, redirects: [...redirects, ...flow.redirects] });
      }
      case 'TestCommand':
        return evaluateExpression(node.expression, this.#scope(frame, flow));
      case 'ArithmeticCommand':
        if (/=|\+\+|--/.test(node.body)) this.#forget(node.body.match(/[A-Za-z_]\w*/g) ?? [], frame.environment);
        return undefined;
    }
  }

  #andOr(node: AndOr, frame: Frame, flow: Flow): Status {
    const { commands, operators } = node;
    // The last `||` whose other side does not fail the build itself: failures of all before it are forgiven.
    let forgivenBefore = 0;
    operators.forEach((operator, i) => {
      const other = commands[i + 1];
      if (operator === '||' && other !== undefined && !alwaysFails(other)) forgivenBefore = i + 1;
    });
    const { environment } = frame;
    let status: Status = true;
    // The state without the conditional commands that are being followed.
    let without: Scripted | undefined;
    const join = (): void => {
      if (without === undefined) return;
      environment.merge([environment, without], frame.source.file, frame.source.range(node.pos, node.end));
      without = undefined;
    };
    for (const [i, command] of commands.entries()) {
      const operator = operators[i - 1];
      // After `… || { …; exit 1; }` what follows is run by those who did not come there.
      if (operator === '||' || (without !== undefined && environment.leaving !== undefined)) join();
      if (environment.leaving !== undefined) break;
      if ((operator === '&&' && status === false) || (operator === '||' && status === true)) continue;
      const before = commands[i - 1];
      if (status === undefined && without === undefined && (operator === '||' || (operator === '&&' && before !== undefined && isQuery(before)))) {
        without = environment.fork();
      }
      const conditional = flow.conditional || without !== undefined;
      const failureIgnored = flow.failureIgnored || i < forgivenBefore;
      const same = conditional === flow.conditional && failureIgnored === flow.failureIgnored;
      const own = this.#node(command, frame, same ? flow : { ...flow, conditional, failureIgnored });
      if (operator === undefined || status !== undefined) status = own;
      else if (operator === '||') status = own === true ? true : undefined;
      else status = own === false ? false : undefined;
    }
    join();
    return status;
  }

  #pipeline(node: Pipeline, frame: Frame, flow: Flow): Status {
    const negated = node.prefixes.filter((prefix) => prefix.type === 'Negation').length % 2 === 1;
    const inner = negated ? { ...flow, failureIgnored: true } : flow;
    const [only] = node.commands;
    let status: Status;
    if (node.commands.length === 1 && only !== undefined) status = this.#node(only, frame, inner);
    else {
      const number = ++this.#pipelines;
      node.commands.forEach((command, index) => {
        const environment = frame.environment.fork();
        status = this.#node(command, { ...frame, environment }, { ...inner, pipeline: { number, index } });
      });
    }
    return negated ? negate(status) : status;
  }

  #subshell(body: CompoundList, frame: Frame, flow: Flow): Status {
    const environment = frame.environment.fork();
    const status = this.#list(body, { ...frame, environment }, flow);
    if (environment.leaving === 'failure') frame.environment.leaving = 'failure';
    return environment.leaving === 'script' ? true : status;
  }

  #if(node: If, frame: Frame, flow: Flow): Status {
    const { environment, source } = frame;
    const branches: Scripted[] = [];
    let certain = true;
    let status: Status = true;
    const follow = (list: CompoundList): void => {
      const branch = environment.fork();
      const own = this.#list(list, { ...frame, environment: branch }, { ...flow, conditional: flow.conditional || !certain });
      status = branches.length === 0 && certain ? own : undefined;
      branches.push(branch);
    };
    let open = true;
    for (const { clause, then } of [node, ...node.elif]) {
      const outcome = this.#list(clause, frame, { ...flow, failureIgnored: true, conditional: flow.conditional || !certain });
      if (environment.leaving !== undefined) return undefined;
      if (outcome === false) continue;
      if (outcome === undefined) certain = false;
      follow(then);
      if (outcome === true) {
        open = false;
        break;
      }
    }
    if (open) {
      if (node.else !== undefined) follow(node.else);
      else branches.push(environment.fork());
    }
    environment.merge(branches, source.file, source.range(node.pos, node.end));
    return status;
  }

  #case(node: Case, frame: Frame, flow: Flow): Status {
    const { environment, source } = frame;
    const scope = this.#scope(frame, flow);
    const subject = expandSingle(node.word, scope).value;
    const chosen: CompoundList[] = [];
    let certain = !subject.includes(UNKNOWN);
    let matched = false;
    for (const item of node.items) {
      const patterns = item.pattern.map((pattern) => expandPattern(pattern, scope));
      const known = certain && !patterns.some((pattern) => pattern.includes(UNKNOWN) || /[@+!?*]\(/.test(pattern));
      if (known && !patterns.some((pattern) => matchesPattern(subject, pattern))) continue;
      chosen.push(item.body);
      if (!known || (item.terminator !== undefined && item.terminator !== ';;')) certain = false;
      if (patterns.includes('*') || certain) {
        matched = true;
        break;
      }
    }
    const conditional = flow.conditional || !certain;
    const branches = chosen.map((body) => {
      const branch = environment.fork();
      this.#list(body, { ...frame, environment: branch }, { ...flow, conditional });
      return branch;
    });
    if (!matched) branches.push(environment.fork());
    environment.merge(branches, source.file, source.range(node.pos, node.end));
    return undefined;
  }

  #for(unrolls: boolean, name: string, list: readonly Word[] | undefined, body: CompoundList, frame: Frame, flow: Flow): Status {
    const { environment, source } = frame;
    const scope = this.#scope(frame, flow);
    const items = list === undefined ? environment.parameters : list.flatMap((word) => expandFields(word, scope).map((field) => field.text));
    const before = environment.uncertain;
    let status: Status = true;
    if (unrolls && items !== undefined && items.length <= MAX_ITERATIONS && items.every((item) => item.known)) {
      for (const item of items) {
        environment.set(name, item);
        status = this.#list(body, frame, flow);
        if (environment.leaving === 'loop') {
          environment.leaving = undefined;
          environment.uncertain ??= 'loop';
        }
        if (environment.leaving !== undefined) break;
      }
    } else {
      const range = source.range(body.pos, body.end);
      this.#repeat(body, frame, { ...flow, conditional: true }, (inner) => inner.set(name, Traced.unknown(source.file, range)));
      status = undefined;
    }
    if (environment.uncertain === 'loop') environment.uncertain = before;
    return status;
  }

  #while(clause: CompoundList | undefined, body: CompoundList, frame: Frame, flow: Flow): Status {
    const before = frame.environment.uncertain;
    this.#forget(assignedNames(frame.source, body), frame.environment);
    if (clause !== undefined) this.#list(clause, frame, { ...flow, failureIgnored: true });
    if (frame.environment.leaving === undefined) this.#repeat(body, frame, { ...flow, conditional: true });
    if (frame.environment.uncertain === 'loop') frame.environment.uncertain = before;
    return undefined;
  }

  /** Follows a body that runs an unknown number of times: what it assigns is unknown inside it and after it. */
  #repeat(body: CompoundList, frame: Frame, flow: Flow, prepare?: (environment: Scripted) => void): void {
    const { environment, source } = frame;
    const names = assignedNames(source, body);
    this.#forget(names, environment);
    const inner = environment.fork();
    prepare?.(inner);
    this.#list(body, { ...frame, environment: inner }, flow);
    if (inner.leaving === 'loop') inner.leaving = undefined;
    environment.merge([environment.fork(), inner], source.file, source.range(body.pos, body.end));
    this.#forget(names, environment);
  }

  #forget(names: Iterable<string>, environment: Scripted): void {
    for (const name of names) environment.set(name, NOWHERE);
  }

  #define(node: FunctionNode, frame: Frame): Status {
    const body = { node: node.body, source: frame.source };
    frame.environment.functions.set(node.name.value, body);
    this.#functions.push(body);
    return true;
  }

  #callFunction(body: FunctionBody, environment: Scripted, depth: number, flow: Flow): Status {
    this.#called.add(body.node);
    if (this.#active.has(body.node)) return undefined;
    this.#active.add(body.node);
    const before = environment.uncertain;
    let status = this.#node(body.node, { source: body.source, environment, depth }, flow);
    if (environment.leaving === 'function' || environment.leaving === 'loop') {
      environment.leaving = undefined;
      status = undefined;
    }
    if (environment.uncertain !== 'script') environment.uncertain = before;
    this.#active.delete(body.node);
    return status;
  }

  #command(node: Command, frame: Frame, flow: Flow): Status {
    const { source, environment } = frame;
    const scope = this.#scope(frame, flow);
    const words: ShellWord[] = [];
    const declared: ShellAssignment[] = [];
    if (node.name !== undefined) this.#words(node.name, scope, words);
    for (const argument of node.args) {
      if (argument.type === 'Word') this.#words(argument, scope, words);
      else {
        const range = source.range(argument.pos, argument.end);
        const value = scalarOf(this.#assignmentValue(argument, scope));
        const nameEnd = argument.pos + argument.name.length;
        declared.push({ name: argument.name, value, range });
        words.push({ text: Traced.concat([source.slice(argument.pos, nameEnd + 1), value]), range, quoted: false });
      }
    }
    const prefixed: { readonly node: Assignment; readonly value: Value }[] = [];
    for (const item of node.prefix) {
      if (item.type === 'Assignment') prefixed.push({ node: item, value: this.#assignmentValue(item, scope) });
    }
    const redirects = [...this.#redirects(node.redirects, scope), ...flow.redirects];
    const assignments = prefixed.map(({ node: item, value }) => ({
      name: item.name,
      value: scalarOf(value),
      range: source.range(item.pos, item.end),
    }));
    const emit = (own: readonly ShellWord[], more: readonly ShellAssignment[]): void => {
      if (this.commands.length >= MAX_COMMANDS) return;
      const first = commandName(own);
      this.commands.push({
        file: source.file,
        name: first.includes(UNKNOWN) ? '' : first,
        words: own,
        assignments: more.length === 0 ? assignments : [...assignments, ...more],
        redirects,
        range: source.range(node.pos, node.end),
        conditional: flow.conditional || environment.uncertain !== undefined,
        failureIgnored: flow.failureIgnored,
        substitution: flow.substitution,
        pipeline: flow.pipeline?.number ?? ++this.#pipelines,
        pipelineIndex: flow.pipeline?.index ?? 0,
        workingDirectory: environment.directory,
      });
    };
    if (words.length === 0) {
      for (const { node: item, value } of prefixed) environment.set(item.name, item.index === undefined ? value : NOWHERE);
      if (assignments.length > 0 || redirects.length > 0) emit(words, []);
      return prefixed.every(({ value }) => scalarOf(value).known) ? true : undefined;
    }
    const called = environment.functions.get(words[0]?.text.value ?? '');
    if (called !== undefined) {
      const outer = environment.parameters;
      environment.parameters = words.slice(1).map((word) => word.text);
      const status = this.#callFunction(called, environment, frame.depth, { ...flow, redirects });
      environment.parameters = outer;
      return status;
    }
    const { words: own, assignments: more } = unwrapCommand(words);
    const inner = this.#innerScript(own, node.redirects, frame, flow, [...assignments, ...more], redirects);
    if (inner !== 'none') return inner;
    emit(own, more.length === 0 ? declared : [...declared, ...more]);
    return this.#effect(own, declared, frame);
  }

  /** `bash -c "…"`, `eval "…"` and `bash <<EOF`: their commands stand for the command; 'none' for all others. */
  #innerScript(
    words: readonly ShellWord[],
    redirections: readonly Redirection[],
    frame: Frame,
    flow: Flow,
    assignments: readonly ShellAssignment[],
    redirects: readonly ShellRedirect[],
  ): Status | 'none' {
    const { environment, source, depth } = frame;
    const name = words[0]?.text.value ?? '';
    const last = words[words.length - 1];
    if (depth >= MAX_DEPTH || last === undefined) return 'none';
    const fallback = last.range;
    if (name === 'eval') {
      const parts = words.slice(1).flatMap((word, i) => (i === 0 ? [word.text] : [blankBefore(word), word.text]));
      const text = Traced.concat(parts);
      if (!text.known) environment.opaque = true;
      if (parts.length === 0 || isBlank(text)) return 'none';
      return this.run(new SourceText(text, source.file, fallback), environment, depth + 1, flow) ? undefined : 'none';
    }
    const shell = readInnerShell(words);
    if (shell === undefined || shell.kind === 'file') return 'none';
    const script = shell.kind === 'text' ? shell.script : inputOf(redirections, redirects);
    if (script === undefined || isBlank(script)) return 'none';
    const environmentInside = environment.forkForProgram(shell.kind === 'text' ? shell.parameters : []);
    for (const { name: variable, value } of assignments) {
      environmentInside.set(variable, value);
      environmentInside.exported.add(variable);
    }
    const outward = redirects.filter((redirect) => redirect.operator.includes('>'));
    const read = this.run(new SourceText(script, source.file, fallback), environmentInside, depth + 1, { ...flow, redirects: outward });
    if (environmentInside.leaving === 'failure' && !flow.conditional && !flow.failureIgnored) environment.leaving = 'failure';
    return read ? undefined : 'none';
  }

  /** What a command of the shell itself changes, and its exit status. */
  #effect(words: readonly ShellWord[], declared: readonly ShellAssignment[], frame: Frame): Status {
    const { environment, source } = frame;
    const values = words.slice(1).map((word) => word.text.value);
    const operands = values.filter((value) => !value.startsWith('-'));
    switch (words[0]?.text.value) {
      case 'cd':
      case 'pushd':
        environment.changeDirectory(values.find((value) => value === '-' || !/^-[LPe@n]+$/.test(value)), this.#start);
        return undefined;
      case 'popd':
        environment.changeDirectory('-', this.#start);
        return undefined;
      case 'export':
      case 'declare':
      case 'typeset':
      case 'local':
      case 'readonly':
        for (const { name, value } of declared) environment.set(name, value);
        if (words[0].text.value === 'export' || values.some((value) => /^-\w*x/.test(value))) {
          for (const value of operands) environment.exported.add(value.split('=', 1)[0] ?? value);
        }
        if (values.some((value) => value.includes(UNKNOWN) && !/^\w+=/.test(value))) environment.opaque = true;
        return undefined;
      case 'unset':
        for (const name of operands) environment.set(name, undefined);
        return true;
      case 'read':
      case 'mapfile':
      case 'readarray':
      case 'getopts':
      case 'let':
        this.#forget(
          operands.map((operand) => /^\w*/.exec(operand)?.[0] ?? ''),
          environment,
        );
        return undefined;
      case 'printf':
        if (values[0] === '-v' && values[1] !== undefined) environment.set(values[1], Traced.unknown(source.file, words[2]?.range ?? source.range(0, 0)));
        return true;
      case 'source':
      case '.':
        environment.opaque = true;
        return undefined;
      case 'set': {
        const at = values.indexOf('--');
        if (at >= 0) environment.parameters = words.slice(at + 2).map((word) => word.text);
        return true;
      }
      case 'shift':
        environment.parameters = environment.parameters?.slice(values[0] === undefined ? 1 : Number(values[0]) || 1);
        return undefined;
      case 'exit':
      case 'return': {
        const fails = /^[1-9]/.test(values[0] ?? '');
        if (words[0].text.value === 'exit') environment.leaving = fails ? 'failure' : 'script';
        else environment.leaving = 'function';
        return !fails;
      }
      case 'break':
      case 'continue':
        environment.leaving = 'loop';
        return true;
      case 'true':
      case ':':
      case 'echo':
        return true;
      case 'false':
        return false;
      case 'test':
        return evaluateTest(values);
      case '[':
        return values[values.length - 1] === ']' ? evaluateTest(values.slice(0, -1)) : undefined;
      default:
        return undefined;
    }
  }

  #words(word: Word, scope: Scope, into: ShellWord[]): void {
    const range = scope.source.range(word.pos, word.end);
    for (const field of expandFields(word, scope)) into.push({ text: field.text, range, quoted: field.quoted });
  }

  #assignmentValue(node: Assignment, scope: Scope): Value {
    const { value, append } = node as Assignment & { readonly value: Word | ArrayValue | undefined };
    const before = append === true ? scope.environment.get(node.name) : undefined;
    if (value?.type === 'ArrayValue') {
      const elements = value.elements.flatMap((word) => expandFields(word, scope).map((field) => field.text));
      return before === undefined ? elements : [...(before instanceof Traced ? [before] : before), ...elements];
    }
    const scalar = value === undefined ? new Traced([]) : expandSingle(value, scope);
    if (before === undefined) return scalar;
    return before instanceof Traced ? Traced.concat([before, scalar]) : Traced.unknown(scope.source.file, scope.source.range(node.pos, node.end));
  }

  #redirects(redirections: readonly Redirection[], scope: Scope): ShellRedirect[] {
    if (redirections.length === 0) return [];
    const { source } = scope;
    return redirections.map((redirection) => {
      const descriptor = redirection.descriptor === undefined ? '' : source.text.slice(redirection.descriptor.pos, redirection.descriptor.end);
      const operator = descriptor + redirection.operator;
      const range = source.range(redirection.pos, redirection.end);
      if (redirection.type === 'HereDoc') {
        const quoted = redirection.delimiter?.quoted ?? false;
        return { operator, range, target: expandHeredoc(redirection.body, quoted, redirection.operator === '<<-', scope) };
      }
      return { operator, range, target: redirection.target && expandSingle(redirection.target, scope) };
    });
  }

  #scope(frame: Frame, flow: Flow): Scope {
    return {
      source: frame.source,
      environment: frame.environment,
      spend: (length) => (this.#characters += length) <= MAX_CHARACTERS,
      substitute: (part) => this.#substitute(part, frame, flow),
    };
  }

  /** Follows `$(…)`; its value is unknown but for the plainest text commands. */
  #substitute(part: CommandExpansionPart | ProcessSubstitutionPart, frame: Frame, flow: Flow): Traced {
    const { source } = frame;
    const range = source.range(part.pos, part.end);
    const unknown = Traced.unknown(source.file, range);
    const { script } = part;
    if (script === undefined) return unknown;
    // Backquotes with escapes inside are decoded: their offsets are those of another text.
    const decoded = part.type === 'CommandExpansion' ? script.source : undefined;
    const inner =
      decoded === undefined
        ? source
        : new SourceText(new Traced([{ text: decoded, file: source.file, range, verbatim: false }]), source.file, range);
    const mark = this.commands.length;
    const within: Flow = { ...flow, substitution: true, pipeline: undefined, redirects: [] };
    this.#statements(script.commands, { source: inner, environment: frame.environment.fork(), depth: frame.depth }, within);
    if (part.type === 'ProcessSubstitution' || script.commands.length !== 1) return unknown;
    const output = outputOf(this.commands.slice(mark));
    return output === undefined ? unknown : new Traced([{ text: output, file: source.file, range, verbatim: false }]);
  }
}

function scalarOf(value: Value): Traced {
  return value instanceof Traced ? value : (value[0] ?? new Traced([]));
}

/** What a shell reads as its script from a here-document or here-string. */
function inputOf(redirections: readonly Redirection[], redirects: readonly ShellRedirect[]): Traced | undefined {
  const at = redirections.findIndex((redirection) => redirection.type === 'HereDoc' || redirection.type === 'HereString');
  return at < 0 ? undefined : redirects[at]?.target;
}

function blankBefore(word: ShellWord): Traced {
  const piece: Piece = word.text.pieces[0] ?? { text: '', file: '', range: word.range, verbatim: false };
  return new Traced([{ ...piece, text: ' ', verbatim: false }]);
}

function assignedNames(source: SourceText, body: CompoundList): readonly string[] {
  return Array.from(source.text.slice(body.pos, body.end).matchAll(ASSIGNED), (match) => match[1] ?? '');
}

/** A command that asks rather than does. */
function isQuery(node: PipelineNode): boolean {
  switch (node.type) {
    case 'TestCommand':
    case 'ArithmeticCommand':
      return true;
    case 'Command':
      return node.name !== undefined && QUERIES.has(node.name.text);
    case 'Pipeline': {
      const last = node.commands[node.commands.length - 1];
      return last !== undefined && isQuery(last);
    }
    default:
      return false;
  }
}

/** True for `exit 1`, `false`, and groups that end with one: what `|| …` is followed by when nothing is forgiven. */
function alwaysFails(node: CommandNode | PipelineNode | AndOr): boolean {
  switch (node.type) {
    case 'Command': {
      const name = node.name?.text;
      const [first] = node.args;
      return name === 'false' || ((name === 'exit' || name === 'return') && first?.text !== '0');
    }
    case 'BraceGroup':
    case 'Subshell': {
      const last = node.body.commands[node.body.commands.length - 1];
      return last !== undefined && alwaysFails(last.command);
    }
    case 'AndOr': {
      const last = node.commands[node.commands.length - 1];
      return last !== undefined && alwaysFails(last);
    }
    default:
      return false;
  }
}
