import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { diagnoseBuild, type BuildFailure } from '../core/build-log/diagnose';
import type { BuildEvent } from '../core/build-log/model';
import { Places } from '../core/build-log/place';
import { LogRenderer, neutralise } from '../core/build-log/render';
import { formatDecoded } from '../core/decode/decode-error';
import type { Analysis, AnalysisOptions } from '../core/engine/analyse';
import { formatText, msg, type Text } from '../core/l10n/message';
import { analyseWithWholeFixes } from '../core/refactor/whole-fixes';
import type { Finding } from '../core/rules/model';
import { findNeeded, isIdle } from '../core/stack/needed-stages';
import { LineIndex } from '../core/text/line-index';
import { buildImage, checkSpace, DockerError, isFolderContext, type BuildOutcome, type BuildSpec } from '../docker';
import { Configs } from './config';
import { createDiskContext } from './disk-context';
import { chooseAddress, describeProblem, formatBytes } from './engine';
import { complain, Failure } from './failure';
import { readTextFile } from './input';
import { language, say } from './language';
import { Spans } from './lint-result';
import { formatPath } from './paths';
import { createPaint, wantsColor, type Paint } from './terminal';

/** Options of `trtc build`, those of `docker build` under their names there. */
export interface BuildArguments {
  /** A docker context, or the address of an engine. `--context` is taken: `docker build` names its folder so. */
  readonly dockerContext?: string;
  readonly file?: string;
  readonly target?: string;
  readonly buildArg?: readonly string[];
  readonly platform?: readonly string[];
  readonly tag?: readonly string[];
  readonly label?: readonly string[];
  readonly secret?: readonly string[];
  readonly ssh?: readonly string[];
  readonly cacheFrom?: readonly string[];
  readonly cacheTo?: readonly string[];
  readonly buildContext?: readonly string[];
  readonly network?: string;
  readonly shmSize?: string;
  readonly allow?: readonly string[];
  readonly cache: boolean;
  readonly pull?: boolean;
  readonly push?: boolean;
  readonly builder?: string;
  readonly iidfile?: string;
  readonly docker?: string;
  readonly anyway?: boolean;
  readonly json?: boolean;
  readonly config?: string | boolean;
}

/**
 * `trtc build`: builds an image, printing its progress, and tells why it failed at the word of the Dockerfile that is to
 * blame. Findings of severity error keep it from beginning. Sets the exit status: 0 built, 1 failed or not begun.
 * Throws Failure where nothing could be tried.
 */
export async function build(context: string, options: BuildArguments): Promise<void> {
  const isFolder = isFolderContext(context);
  const dockerfile = options.file ?? (isFolder ? path.join(context, 'Dockerfile') : undefined);
  const spec = createSpec(context, options);
  const out = options.json === true ? new JsonOutput() : new TextOutput(process.stderr);
  const file = dockerfile === undefined ? undefined : formatPath(dockerfile);
  const analysis = file === undefined ? undefined : analyseForBuild(file, isFolder ? context : undefined, options);
  const text = analysis === undefined || file === undefined ? '' : readTextFile(file).text;
  const spans = new Spans(new Map([...(analysis?.files ?? []), ...(file === undefined ? [] : [[file, text] as const])]));

  const errors = analysis === undefined ? [] : findErrors(analysis, spec);
  if (errors.length > 0) {
    out.findings(errors, spans, options.anyway === true);
    if (options.anyway !== true) {
      process.exitCode = 1;
      return;
    }
  }

  const address = await chooseAddress(options.dockerContext === undefined ? {} : { context: options.dockerContext });
  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    if (analysis?.stack !== undefined) {
      const shortage = await checkSpace(address, analysis.stack, spec, { dockerPath: options.docker, signal: abort.signal });
      if (shortage !== undefined) out.warn(msg`the images to pull have ${formatBytes(shortage.pullBytes)} compressed, and ${formatBytes(shortage.freeBytes)} are free in ${shortage.folder}`);
    }
    out.begin(analysis, text);
    const outcome = await buildImage(address, spec, { signal: abort.signal, onEvent: (event) => out.event(event), ...(options.docker !== undefined && { dockerPath: options.docker }) });
    const failures = outcome.ended === 'failed' && analysis?.stack !== undefined ? diagnoseBuild(outcome.log, analysis.stack, analysis.findings) : [];
    out.end(outcome, failures, spans);
    if (options.iidfile !== undefined && outcome.imageId !== null) writeFileSync(options.iidfile, outcome.imageId);
    process.exitCode = outcome.ended === 'built' ? 0 : 1;
  } catch (error) {
    throw error instanceof DockerError ? new Failure(describeProblem(error.problem)) : error;
  } finally {
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
  }
}

/** Findings that say that this build will fail: those of a stage that it does not take say nothing of it. */
function findErrors({ findings, stack }: Analysis, { target, buildContexts = {} }: BuildSpec): readonly Finding[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (stack === undefined) return errors;
  const needed = findNeeded(stack, target, Object.keys(buildContexts));
  return errors.filter(({ location }) => !isIdle(location, stack, needed));
}

function createSpec(context: string, options: BuildArguments): BuildSpec {
  return {
    context,
    ...(options.file !== undefined && { dockerfile: options.file }),
    ...(options.target !== undefined && { target: options.target }),
    buildArgs: Object.fromEntries((options.buildArg ?? []).map((arg) => (arg.includes('=') ? splitOnce(arg) : [arg, null]))),
    platforms: options.platform?.flatMap((list) => list.split(',')) ?? [],
    tags: options.tag ?? [],
    labels: Object.fromEntries((options.label ?? []).map(splitOnce)),
    secrets: options.secret ?? [],
    ssh: options.ssh ?? [],
    cacheFrom: options.cacheFrom ?? [],
    cacheTo: options.cacheTo ?? [],
    buildContexts: Object.fromEntries((options.buildContext ?? []).map(splitOnce)),
    ...(options.network !== undefined && { network: options.network }),
    ...(options.shmSize !== undefined && { shmSize: options.shmSize }),
    allow: options.allow ?? [],
    noCache: !options.cache,
    pull: options.pull === true,
    push: options.push === true,
    ...(options.builder !== undefined && { builder: options.builder }),
  };
}

function splitOnce(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function analyseForBuild(file: string, context: string | undefined, options: BuildArguments): Analysis {
  const given = new Map((options.buildArg ?? []).flatMap((arg) => {
    const [name, value] = arg.includes('=') ? splitOnce(arg) : [arg, process.env[arg]];
    return value === undefined ? [] : [[name, value] as const];
  }));
  const settings = new Configs({ buildArg: given, ...(options.config !== undefined && { config: options.config }) }, complain).find(file);
  const analysed: AnalysisOptions = {
    kind: 'dockerfile',
    buildArgs: settings.buildArgs,
    settings: settings.rules,
    targets: settings.targets,
    overlay: settings.overlay,
    context: context === undefined ? undefined : createDiskContext([context]),
  };
  // A build waits for it, and only errors are shown before one.
  return analyseWithWholeFixes(readTextFile(file).text, file, analysed, ({ severity }) => severity === 'error');
}

/** Where the progress and the result of a build go. */
interface Output {
  warn(message: Text): void;
  findings(errors: readonly Finding[], spans: Spans, goesOn: boolean): void;
  begin(analysis: Analysis | undefined, text: string): void;
  event(event: BuildEvent): void;
  end(outcome: BuildOutcome, failures: readonly BuildFailure[], spans: Spans): void;
}

/** For people: the log as it comes, then the failures. */
class TextOutput implements Output {
  readonly #stream: NodeJS.WriteStream;
  readonly #paint: Paint;
  #renderer: LogRenderer | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#paint = createPaint(wantsColor(stream));
  }

  warn(message: Text): void {
    this.#write([`trtc: ${this.#paint.yellow('warning:')} ${say(message)}`]);
  }

  findings(errors: readonly Finding[], spans: Spans, goesOn: boolean): void {
    for (const { location, text, rule, fixes } of errors) {
      this.#write([
        ...renderPlace({ location, message: say(text), label: rule, spans, paint: this.#paint }),
        ...fixes.slice(0, 1).map(({ title }) => `      = ${neutralise(say(msg`fix: ${title}`))}`),
      ]);
    }
    if (!goesOn) complain(errors.length === 1 ? msg`not built: this will fail. --anyway builds nonetheless.` : msg`not built: these will fail. --anyway builds nonetheless.`);
  }

  begin(analysis: Analysis | undefined, text: string): void {
    const places = analysis?.stack === undefined ? undefined : new Places(analysis.stack);
    const lines = new LineIndex(text);
    const file = analysis?.stack?.dockerfile.file ?? '';
    this.#renderer = new LogRenderer({
      paint: { ...this.#paint, green: this.#paint.bold },
      placeOf: (step) => {
        const placed = places?.find(step);
        return placed === undefined ? undefined : `${file}:${lines.positionAt(placed.instruction.range.start).line + 1}`;
      },
      words: { done: say(msg`done`), cached: say(msg`cached`), failed: say(msg`failed`), cancelled: say(msg`cancelled`) },
    });
  }

  event(event: BuildEvent): void {
    this.#write(this.#renderer?.render(event) ?? []);
  }

  end(outcome: BuildOutcome, failures: readonly BuildFailure[], spans: Spans): void {
    const seconds = (outcome.durationMs / 1000).toFixed(1);
    if (outcome.ended === 'built') {
      this.#write([this.#paint.bold(say(msg`built in ${seconds} s`))]);
      // The one line of standard output: for `IMAGE=$(trtc build)`.
      if (outcome.imageId !== null) process.stdout.write(`${outcome.imageId}\n`);
      return;
    }
    this.#write(['', ...failures.flatMap((failure) => this.#renderFailure(failure, spans))]);
    this.#write([this.#paint.red(say(outcome.ended === 'cancelled' ? msg`cancelled after ${seconds} s` : msg`failed after ${seconds} s`))]);
    if (failures.length === 0 && outcome.log.error !== undefined) this.#write([neutralise(outcome.log.error)]);
  }

  #renderFailure({ location, message, code, evidence, causes, findings }: BuildFailure, spans: Spans): readonly string[] {
    const [cause] = causes;
    const texts = cause && formatDecoded(cause, language()?.translations);
    const notes: readonly Text[] = [
      ...evidence.map((line) => msg`log: ${line}`),
      ...(texts === undefined ? [] : [msg`cause: ${texts.cause}`, ...texts.remedies.map((remedy) => msg`try: ${remedy}`)]),
      ...findings.flatMap(({ rule, text, fixes }) => [msg`${rule}: ${text}`, ...fixes.slice(0, 1).map(({ title }) => msg`fix: ${title}`)]),
    ];
    return [...renderPlace({ location, message: say(message), label: code, spans, paint: this.#paint }), ...notes.map((note) => `      ${this.#paint.dim('=')} ${neutralise(say(note))}`), ''];
  }

  #write(lines: readonly string[]): void {
    for (const line of lines) this.#stream.write(`${line}\n`);
  }
}

interface PlaceOptions {
  readonly location: BuildFailure['location'];
  readonly message: string;
  readonly label: string;
  readonly spans: Spans;
  readonly paint: Paint;
}

/** A message with its place and the line of the file, marked. */
function renderPlace({ location: { file, range }, message, label, spans, paint }: PlaceOptions): readonly string[] {
  const { line, column, endLine, endColumn } = spans.find(file, range);
  const source = neutralise(spans.lineText(file, line));
  const end = endLine === line ? endColumn : source.length + 1;
  return [
    `${paint.bold(`${neutralise(file)}:${line}:${column}:`)} ${paint.red('error:')} ${neutralise(message)} ${paint.dim(`[${label}]`)}`,
    `${paint.dim(`${String(line).padStart(5)} |`)} ${source}`,
    `${paint.dim('      |')} ${' '.repeat(column - 1)}${paint.red('^'.repeat(Math.max(1, end - column)))}`,
  ];
}

/** For programs: one JSON object a line; its schema is media/schemas/build-output.schema.json. */
class JsonOutput implements Output {
  warn(message: Text): void {
    this.#write({ event: 'warning', message: formatText(message) });
  }

  findings(errors: readonly Finding[], spans: Spans): void {
    for (const { rule, message, location, fixes } of errors) this.#write({ event: 'finding', rule, message, ...placeFields(location, spans), fixes: fixes.map(({ title }) => formatText(title)) });
  }

  begin(): void {
    this.#write({ event: 'begin', version: 1 });
  }

  event(event: BuildEvent): void {
    switch (event.kind) {
      case 'message':
        this.#write({ event: 'message', text: event.text });
        break;
      case 'output':
        this.#write({ event: 'output', step: event.step.id, text: event.text });
        break;
      case 'transfer':
        this.#write({ event: 'transfer', step: event.step.id, currentBytes: event.step.transfer?.currentBytes ?? null, totalBytes: event.step.transfer?.totalBytes ?? null });
        break;
      case 'step': {
        const { id, text, position, seconds, error } = event.step;
        const { state } = event;
        this.#write({ event: 'step', step: id, text, labels: position?.labels ?? [], index: position?.index ?? null, total: position?.total ?? null, state, seconds: seconds ?? null, error: error ?? null });
      }
    }
  }

  end({ ended, way, imageId, digest, durationMs, log }: BuildOutcome, failures: readonly BuildFailure[], spans: Spans): void {
    for (const { code, message, location, evidence, causes, findings } of failures) {
      this.#write({
        event: 'failure',
        code,
        message: formatText(message),
        ...placeFields(location, spans),
        evidence,
        causes: causes.map((cause) => ({ id: cause.id, ...formatDecoded(cause), sources: cause.sources })),
        findings: findings.map(({ rule, message: text, fixes }) => ({ rule, message: text, fixes: fixes.map(({ title }) => formatText(title)) })),
      });
    }
    this.#write({ event: 'end', ended, way, imageId, digest, durationMs: Math.round(durationMs), error: log.error ?? null });
  }

  #write(value: object): void {
    process.stdout.write(`${JSON.stringify(value)}\n`);
  }
}

function placeFields({ file, range }: BuildFailure['location'], spans: Spans): object {
  return { file, ...spans.find(file, range) };
}
