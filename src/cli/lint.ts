import { writeFileSync } from 'node:fs';
import { analyse, registry, type AnalysisOptions } from '../core/engine/analyse';
import { fixAll } from '../core/engine/fix';
import { compareSeverity } from '../core/engine/settings';
import { findClosest } from '../core/engine/spelling';
import { fileKind, type FileKind } from '../core/file-kind';
import { msg, type Text } from '../core/l10n/message';
import { analyseWithWholeFixes } from '../core/refactor/whole-fixes';
import type { Finding } from '../core/rules/model';
import { Configs } from './config';
import { chooseContextFolders, createDiskContext, createProjectContext } from './disk-context';
import { discoverFiles } from './discover';
import { complain, Failure, explainSystemError } from './failure';
import { encode, readStandardInput, readTextFile, type TextInput } from './input';
import type { LintResult, Reporter } from './lint-result';
import type { LintArguments } from './options';
import { wantsColor } from './terminal';

const STANDARD_INPUT = '<stdin>';

/** A file to lint. */
interface Target {
  /** As reports show it. */
  readonly file: string;
  /** What its kind is told by. */
  readonly name: string;
  /** Where the build context may be; empty for none. */
  readonly folders: readonly string[];
  /** Named by the user, not found in a folder: that it cannot be read is then a fault. */
  readonly explicit: boolean;
  readonly standardInput: boolean;
}

/**
 * `trtc lint`: analyses the files that `paths` stand for and prints the report. Sets the exit status: 2 when an input
 * could not be analysed, else 1 when a finding counts, else 0.
 */
export async function lint(paths: readonly string[], options: LintArguments): Promise<void> {
  checkRuleNames(Object.keys(options.rule ?? {}));
  const run = new LintRun(options);
  const discovery = await discoverFiles(paths.filter((target) => target !== '-'));
  discovery.failures.forEach((failure) => run.fail(failure));
  for (const { file, explicit } of discovery.files) {
    run.check({ file, name: file, folders: chooseContextFolders(options.context, file), explicit, standardInput: false }, () => readTextFile(file));
  }
  const fromInput = paths.includes('-');
  if (fromInput) {
    const name = options.stdinFilename ?? 'Dockerfile';
    const folders = chooseContextFolders(options.context, options.stdinFilename);
    const input = await readStandardInput().catch((error: unknown) => run.failWith(error));
    if (input !== undefined) run.check({ file: options.stdinFilename ?? STANDARD_INPUT, name, folders, explicit: true, standardInput: true }, () => input);
  }

  const result = run.finish();
  if (options.diff === true) {
    const { renderDiff } = await import('./diff');
    process.stdout.write([...run.changed].map(([file, { before, after }]) => renderDiff(file, before, after)).join(''));
  } else {
    // The fixed text of standard input goes where a pipe can take it; the report then gives way.
    const output = options.fix === true && fromInput ? process.stderr : process.stdout;
    if (output === process.stderr) process.stdout.write(run.standardInputText);
    const report = await loadReporter(options.format);
    output.write(report(result, { color: wantsColor(output), width: output.isTTY ? output.columns : undefined }));
  }
  const fails = result.findings.some(({ severity }) => compareSeverity(severity, options.severity ?? 'warning') >= 0);
  process.exitCode = result.failures.length > 0 ? 2 : fails ? 1 : 0;
}

function checkRuleNames(names: readonly string[]): void {
  for (const name of names) {
    if (registry.find(name).length > 0) continue;
    const closest = findClosest(name, registry.names);
    throw new Failure(closest === undefined ? msg`--rule: there is no rule ${name}` : msg`--rule: there is no rule ${name}; did you mean ${closest}?`);
  }
}

async function loadReporter(format: LintArguments['format']): Promise<Reporter> {
  switch (format) {
    case 'text':
      return (await import('./reporters/text')).reportText;
    case 'json':
      return (await import('./reporters/json')).reportJson;
    case 'sarif':
      return (await import('./reporters/sarif')).reportSarif;
    case 'github':
      return (await import('./reporters/github')).reportGithub;
  }
}

/** Collects what one call of `trtc lint` finds; an input that fails does not keep the others from being checked. */
class LintRun {
  readonly #options: LintArguments;
  readonly #configs: Configs;
  readonly #findings = new Map<string, Finding>();
  readonly #texts = new Map<string, string>();
  readonly #failures: Text[] = [];
  readonly #failedRules = new Set<string>();
  #files = 0;
  #fixed = 0;
  /** What `--fix` makes of standard input; other files are then left alone. */
  standardInputText = '';
  /** Texts that fixes change: as they were, and as they are. */
  readonly changed = new Map<string, { readonly before: string; readonly after: string }>();

  constructor(options: LintArguments) {
    this.#options = options;
    this.#configs = new Configs(options, (message) => this.fail(message));
  }

  /** Notes an input that cannot be checked, and tells at once. */
  fail(message: Text): void {
    this.#failures.push(message);
    complain(message);
  }

  /** As `fail` for what was thrown; anything but a Failure is thrown on. */
  failWith(error: unknown): undefined {
    if (!(error instanceof Failure)) throw error;
    this.fail(error.said);
  }

  check(target: Target, read: () => TextInput): void {
    try {
      this.#checkText(target, read());
    } catch (error) {
      this.failWith(error instanceof Failure ? error : new Failure(msg`${target.file}: internal error: ${String(error)}`));
    }
  }

  finish(): LintResult {
    const least = this.#options.severity ?? 'hint';
    return {
      files: this.#files,
      findings: [...this.#findings.values()].filter(({ severity }) => compareSeverity(severity, least) >= 0),
      texts: this.#texts,
      failures: this.#failures,
      fixed: this.#fixed,
    };
  }

  #checkText(target: Target, { text, mark }: TextInput): void {
    const { file, name } = target;
    const settings = this.#configs.find(target.standardInput ? name : file, this.#options.rule);
    if (settings.ignoredBy !== undefined) {
      if (target.explicit) complain(msg`${file}: left out by ${settings.ignoredBy}`);
      if (target.standardInput) this.standardInputText = encode(text, mark);
      return;
    }
    const kind = fileKind(name);
    if (kind === undefined) {
      throw new Failure(msg`${file}: its name tells no kind of file that is checked (Dockerfile, Containerfile, *.Dockerfile, Dockerfile.*, compose.yaml, devcontainer.json, docker-bake.hcl)`);
    }
    if (kind === 'requirements') complain(msg`${file}: requirements are checked where a Dockerfile installs them`);
    const options: AnalysisOptions = {
      kind,
      buildArgs: settings.buildArgs,
      settings: settings.rules,
      targets: settings.targets,
      overlay: settings.overlay,
      ...this.#createContext(target, kind),
      onRuleError: (rule, error) => this.#reportRuleError(rule, file, error),
    };
    const applies = this.#options.fix === true || this.#options.diff === true;
    const analysis = applies ? analyse(text, file, options) : analyseWithWholeFixes(text, file, options, ({ severity }) => compareSeverity(severity, this.#options.severity ?? 'hint') >= 0);
    const problem = analysis.problems[0];
    if (problem !== undefined) {
      if (target.explicit) throw new Failure(msg`${file}: ${problem.message}`);
      complain(msg`${file}: skipped. ${problem.message}`);
      return;
    }
    this.#files++;
    const texts = new Map([...analysis.files, [file, text]]);
    if (!applies) {
      this.#keep(analysis.findings, texts);
      return;
    }
    const { changed, fixed, analysis: after } = fixAll(text, file, options);
    for (const [name, fixedText] of changed) this.changed.set(name, { before: texts.get(name) ?? '', after: fixedText });
    if (this.#options.diff === true) {
      this.#keep(analysis.findings, texts);
      return;
    }
    for (const [name, fixedText] of changed) {
      if (!target.standardInput) write(name, encode(fixedText, name === file && mark));
    }
    if (target.standardInput) this.standardInputText = encode(changed.get(file) ?? text, mark);
    this.#fixed += fixed.length;
    this.#keep(after.findings, new Map([...texts, ...after.files, ...changed]));
  }

  #createContext({ name, folders }: Target, kind: FileKind): Pick<AnalysisOptions, 'context' | 'folder'> {
    if (folders.length === 0) return {};
    return kind === 'dockerfile' ? { context: createDiskContext(folders) } : (createProjectContext(name, folders) ?? {});
  }

  /** A file of the build context that several Dockerfiles use is reported once. */
  #keep(findings: readonly Finding[], texts: ReadonlyMap<string, string>): void {
    for (const finding of findings) {
      const { file, range } = finding.location;
      this.#findings.set(JSON.stringify([file, range.start, range.end, finding.rule, finding.message]), finding);
    }
    if (findings.length > 0) for (const [file, text] of texts) this.#texts.set(file, text);
  }

  #reportRuleError(rule: string, file: string, error: unknown): void {
    if (this.#failedRules.has(rule)) return;
    this.#failedRules.add(rule);
    complain(msg`the rule ${rule} failed on ${file}: ${String(error)}`);
  }
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new Failure(msg`${file}: cannot be written: ${explainSystemError(error)}`);
  }
}
