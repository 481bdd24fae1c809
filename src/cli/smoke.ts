import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { diagnoseBuild } from '../core/build-log/diagnose';
import { analyse } from '../core/engine/analyse';
import { describeStack, type StageOutput } from '../core/engine/stack-output';
import { formatText, msg } from '../core/l10n/message';
import { CHECK_IDS } from '../core/smoke-file/check-ids';
import { SMOKE_FILE, type SmokeFile, type SmokeSubject } from '../core/smoke-file/model';
import { readSmokeFile } from '../core/smoke-file/read';
import { LineIndex } from '../core/text/line-index';
import { buildImage, connect, disconnect, DockerError, readEngineInfo, readTestedImage, runContainer, sweepRuns, type Engine, type EngineAddress, type EngineInfo } from '../docker';
import { unreadImage } from '../smoke/cluster';
import { writeJUnit } from '../smoke/junit';
import type { CheckResult, Profile, SmokeEvent } from '../smoke/model';
import { isGood, recordRun, type SmokeRecord } from '../smoke/record';
import { DEFAULT_LIMITS } from '../smoke/run';
import { smoke, type SmokeHost, type SmokeRequest } from '../smoke/smoke';
import { Configs } from './config';
import { createDiskContext, chooseContextFolders } from './disk-context';
import { chooseAddress, describeProblem } from './engine';
import { complain, Failure } from './failure';
import { readTextFile } from './input';
import { language, say } from './language';
import { formatPath } from './paths';
import { addToHistory, printHistory } from './smoke-history';
import { kubectlPort, printManifests, requireKubectl } from './smoke-kubernetes';
import { renderCheck, renderEnd, renderTitle } from './smoke-report';
import { createPaint, wantsColor } from './terminal';
import { makeTextVisible, makeVisible } from './visible';

/** Options of `trtc smoke`. */
export interface SmokeArguments {
  readonly profile?: readonly string[];
  readonly context?: readonly string[];
  readonly only?: readonly string[];
  readonly dockerfile?: string;
  readonly stage?: string;
  readonly memory?: number;
  readonly json?: boolean;
  readonly junit?: string;
  readonly verbose?: boolean;
  readonly record: boolean;
  readonly history?: boolean;
  readonly kubernetes?: boolean;
  readonly apply?: boolean;
  readonly namespace?: string;
  readonly kubectl?: string;
}

/** One thing to be tested. */
interface Subject {
  /** What records call it. */
  readonly name: string;
  readonly subject: SmokeSubject;
  readonly smoke: SmokeFile | undefined;
  /** Makes paths of the smoke file absolute. */
  readonly resolve: (path: string) => string;
  /** The Dockerfile that the image was built from, where one is named. */
  readonly dockerfile: string | undefined;
  readonly stage: string | undefined;
}

const PROFILES: readonly Profile[] = ['static', 'cpu', 'gpu'];

/**
 * `trtc smoke`: tests images, or what smoke files name. Sets the exit status: 0 all is well, 1 something failed or the host
 * kept a check from telling, 2 something could not be tested at all. Throws Failure where nothing could be tried.
 */
export async function smokeTest(targets: readonly string[], options: SmokeArguments): Promise<void> {
  if (options.history === true) return printHistory(targets, options.json === true);
  const subjects = targets.flatMap((target) => readSubjects(target, options));
  if (subjects.length === 0) throw new Failure(msg`name an image, a smoke file, or a folder with some`);
  const unknown = options.only?.find((id) => !/^(version|model|own)-\d+$/.test(id) && !CHECK_IDS.includes(id));
  if (unknown !== undefined) throw new Failure(msg`--only: there is no check ${unknown}`);
  const profiles = readProfiles(options.profile);
  const abort = new AbortController();
  const onSignal = (): void => abort.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const addresses = await Promise.all((options.context ?? [undefined]).map((context) => chooseAddress(context === undefined ? {} : { context })));
    if (options.kubernetes === true && options.apply !== true) return await printManifests(subjects.map(imageOf), profiles, options);
    if (options.kubernetes === true) await requireKubectl(options);
    const records = await Promise.all(addresses.map((address) => testOn(address, subjects, profiles, options, addresses.length === 1, abort.signal)));
    report(records.flat(), options);
  } catch (error) {
    throw error instanceof DockerError ? new Failure(describeProblem(error.problem)) : error;
  } finally {
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
  }
}

function report(records: readonly SmokeRecord[], options: SmokeArguments): void {
  if (options.junit !== undefined) {
    if (options.junit === '-') process.stdout.write(writeJUnit(records));
    else writeFileSync(options.junit, writeJUnit(records));
  }
  if (options.json === true) process.stdout.write(`${JSON.stringify({ version: 1, runs: records }, undefined, 2)}\n`);
  if (options.record) addToHistory(records.filter(({ problem }) => problem === null));
  process.exitCode = records.some(({ problem }) => problem !== null) ? 2 : records.every(isGood) ? 0 : 1;
}

/** Tests everything on one engine, one after the other. */
async function testOn(address: EngineAddress, subjects: readonly Subject[], profiles: readonly Profile[], options: SmokeArguments, live: boolean, signal: AbortSignal): Promise<readonly SmokeRecord[]> {
  const records: SmokeRecord[] = [];
  const engine = await connect(address, signal);
  try {
    const info = await readEngineInfo(engine, signal).catch((error: unknown) => (error instanceof DockerError ? error : Promise.reject(error as Error)));
    if (!(info instanceof DockerError)) await sweepRuns(engine, signal);
    for (const subject of subjects) {
      const tester = new Tester(engine, info instanceof DockerError ? undefined : info, options, live, signal);
      records.push(info instanceof DockerError && options.kubernetes !== true ? tester.fail(subject, profiles, info) : await tester.test(subject, profiles));
    }
  } finally {
    disconnect(engine);
  }
  return records;
}

/** Tests one thing and tells of it, as it goes where nothing else is told meanwhile. */
class Tester {
  readonly #paint = createPaint(wantsColor(process.stdout));
  readonly #quiet: boolean;
  readonly #engine: SmokeRecord['engine'];

  constructor(
    private readonly engine: Engine,
    info: EngineInfo | undefined,
    private readonly options: SmokeArguments,
    private readonly live: boolean,
    private readonly signal: AbortSignal,
  ) {
    this.#quiet = options.json === true || options.junit === '-';
    this.#engine = { name: engine.address.name, host: info?.hostName ?? null, version: info?.version ?? null };
  }

  async test(subject: Subject, profiles: readonly Profile[]): Promise<SmokeRecord> {
    try {
      const { reference, predicted } = await this.#prepare(subject);
      const { smoke: file } = subject;
      const request: SmokeRequest = {
        subject: subject.name,
        reference,
        profiles,
        predicted,
        engine: this.#engine,
        ...(file !== undefined && { file: { smoke: file, resolve: subject.resolve } }),
        ...(this.options.only !== undefined && { only: this.options.only }),
        ...(this.options.memory !== undefined && { limits: { ...DEFAULT_LIMITS, memoryBytes: this.options.memory } }),
      };
      const told = new Set<string>();
      const { record, results } = await smoke(request, this.#host(reference), (event) => this.#tell(event, told), this.signal, () => {
        if (this.live) this.#print(renderTitle(subject.name, this.#engine, this.#paint));
      });
      if (!this.live) this.#print([...renderTitle(subject.name, this.#engine, this.#paint), ...this.#renderChecks(results, told)]);
      this.#print(renderEnd(record, this.#paint));
      return record;
    } catch (error) {
      return this.fail(subject, profiles, error);
    }
  }

  /** The record of a run that was none. */
  fail(subject: Subject, profiles: readonly Profile[], error: unknown): SmokeRecord {
    if (!(error instanceof DockerError) && !(error instanceof Failure)) throw error;
    const problem = error instanceof DockerError ? describeProblem(error.problem) : error.said;
    this.#print([...renderTitle(subject.name, this.#engine, this.#paint), `  ${this.#paint.red(say(msg`not tested:`))} ${makeVisible(say(problem))}`, '']);
    return recordRun({ started: new Date().toISOString(), durationMs: 0, subject: subject.name, image: null, engine: this.#engine, profiles, results: [], problem: formatText(problem) });
  }

  /** The image to test, built where a Dockerfile is named, and what it should hold. */
  async #prepare({ subject, dockerfile, stage, resolve }: Subject): Promise<{ readonly reference: string; readonly predicted: StageOutput | null }> {
    if (subject.kind === 'image') return { reference: subject.image, predicted: dockerfile === undefined ? null : predict(dockerfile, stage, new Map()).stage };
    const file = resolve(subject.dockerfile);
    const prediction = predict(file, subject.target ?? undefined, new Map(Object.entries(subject.buildArgs)), subject.context === null ? undefined : resolve(subject.context));
    if (!this.#quiet) process.stderr.write(`${say(subject.target === null ? msg`building ${formatPath(file)} …` : msg`building ${formatPath(file)} (${subject.target}) …`)}\n`);
    const outcome = await buildImage(
      this.engine.address,
      {
        context: subject.context === null ? path.dirname(file) : resolve(subject.context),
        dockerfile: file,
        buildArgs: subject.buildArgs,
        ...(subject.target !== null && { target: subject.target }),
      },
      { signal: this.signal },
    );
    if (outcome.imageId !== null) return { reference: outcome.imageId, predicted: prediction.stage };
    const [failure] = diagnoseBuild(outcome.log, prediction.report);
    throw new Failure(msg`${formatPath(file)} was not built: ${failure?.message ?? outcome.log.error ?? (outcome.ended === 'cancelled' ? msg`cancelled` : msg`failed`)}`);
  }

  #host(image: string): SmokeHost {
    const { engine, options } = this;
    const onCluster = options.kubernetes === true;
    return {
      runContainer: onCluster ? kubectlPort(image, options) : (spec, control) => runContainer(engine, spec, control),
      // The cluster may have an image that this engine has not.
      readImage: (reference, signal) => readTestedImage(engine, reference, signal).catch((error: unknown) => (onCluster ? unreadImage(reference) : Promise.reject(error as Error))),
      now: () => performance.now(),
      nonce: () => randomUUID(),
      date: () => new Date().toISOString(),
    };
  }

  #tell(event: SmokeEvent, told: Set<string>): void {
    if (!this.live) return;
    if (event.type === 'output' && this.options.verbose === true) this.#print(event.text.trimEnd().split('\n').map((line) => `    ${this.#paint.dim(makeVisible(line))}`));
    if (event.type !== 'finished') return;
    this.#print(this.#renderChecks([event.result], told));
  }

  /** The checks for people; the record has them in English. */
  #renderChecks(results: readonly CheckResult[], told: Set<string>): readonly string[] {
    const { checks } = recordRun({ started: '', durationMs: 0, subject: '', image: null, engine: this.#engine, profiles: [], results, translations: language()?.translations });
    return checks.flatMap((check) => renderCheck(check, this.#paint, told));
  }

  #print(lines: readonly string[]): void {
    if (this.#quiet) return;
    for (const line of lines) process.stdout.write(`${line}\n`);
  }
}

/** The stage that a Dockerfile leads to expect; the last one where none is named. */
function predict(file: string, stage: string | undefined, buildArgs: ReadonlyMap<string, string>, context?: string) {
  const shown = formatPath(file);
  const settings = new Configs({ buildArg: buildArgs }, complain).find(file);
  const { stack, problems } = analyse(readTextFile(file).text, shown, {
    kind: 'dockerfile',
    rules: [],
    buildArgs: settings.buildArgs,
    overlay: settings.overlay,
    context: createDiskContext(chooseContextFolders(context, file)),
  });
  if (stack === undefined) throw new Failure(msg`${shown}: ${problems[0]?.message ?? msg`This is no Dockerfile.`}`);
  const { stages } = describeStack(stack);
  const found = stage === undefined ? stages.at(-1) : stages.find(({ name, index }) => name?.toLowerCase() === stage.toLowerCase() || String(index) === stage);
  if (found === undefined) throw new Failure(msg`${shown}: there is no stage ${stage ?? ''}`);
  return { stage: found, report: stack };
}

/** What an argument names: a smoke file, a folder of them, or an image. */
function readSubjects(target: string, options: SmokeArguments): readonly Subject[] {
  if (!SMOKE_FILE.test(target)) {
    if (!existsSync(target) || !statSync(target).isDirectory()) {
      return [{ name: target, subject: { kind: 'image', image: target }, smoke: undefined, resolve: (file) => path.resolve(file), dockerfile: options.dockerfile, stage: options.stage }];
    }
    const found = readdirSync(target).filter((name) => SMOKE_FILE.test(name)).sort();
    if (found.length === 0) throw new Failure(msg`${target}: no *.smoke.yaml in this folder`);
    return found.flatMap((name) => readSubjects(path.join(target, name), options));
  }
  const file = formatPath(target);
  const { text } = readTextFile(target);
  const { smoke: read, problems } = readSmokeFile(text, file);
  const lines = new LineIndex(text);
  for (const { location, message } of problems) {
    const { line, character } = lines.positionAt(location.range.start);
    complain(msg`${file}:${line + 1}:${character + 1}: ${makeTextVisible(message)}`);
  }
  // A test that is not the one that was written proves nothing.
  if (read.subject === null || problems.length > 0) throw new Failure(problems.length === 1 ? msg`${file}: not tested because of this` : msg`${file}: not tested because of these`);
  const folder = path.dirname(path.resolve(target));
  return [{ name: file, subject: read.subject, smoke: read, resolve: (name) => path.resolve(folder, name), dockerfile: options.dockerfile, stage: options.stage }];
}

function imageOf({ name, subject, smoke: file, resolve }: Subject) {
  if (subject.kind === 'dockerfile') throw new Failure(msg`${name}: a cluster runs images out of a registry; name one with \`image:\``);
  return { image: subject.image, ...(file !== undefined && { file: { smoke: file, resolve } }) };
}

/** `static,cpu` by default: what every machine can tell. */
function readProfiles(given: readonly string[] | undefined): readonly Profile[] {
  const words = given?.flatMap((text) => text.split(',')) ?? ['static', 'cpu'];
  const wrong = words.find((word) => word !== 'all' && !PROFILES.some((profile) => profile === word));
  if (wrong !== undefined) throw new Failure(msg`--profile: ${wrong}: it must be static, cpu, gpu or all`);
  return PROFILES.filter((profile) => words.includes('all') || words.includes(profile));
}
