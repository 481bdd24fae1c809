import { readJsonMessage, type JsonMessage, type VertexMessage } from './json-messages';
import type { BuildEvent, BuildStep, ReportedLines, StepState } from './model';
import { readTransfer } from './sizes';
import { readLegacyStep, readStepName, type StepName } from './step-name';

/** Of each step so much of its output is kept, in characters: errors stand at the end. */
const KEPT_OUTPUT = 64 * 1024;
/** So many lines of no known step are kept. */
const KEPT_LINES = 500;
/** A line longer than this is no line; it is cut. */
const MAX_LINE = 64 * 1024;
/** A JSON message longer than this is none. */
const MAX_MESSAGE = 1024 * 1024;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Step = Mutable<BuildStep>;

export interface BuildLogOptions {
  /** Makes a decoder of base64 to text that keeps a character cut in two for the next call; one is made a step. */
  readonly createDecoder: () => (base64: string) => string;
}

/**
 * Reads what a build prints, piece by piece as it comes: BuildKit's plain progress of any version, its JSON, the lists
 * that it draws on a terminal, the legacy builder, podman, and the stream of the Engine API. Which of them it is, is
 * told line by line. Never throws.
 */
export class BuildLog {
  readonly #options: BuildLogOptions;
  readonly #steps = new Map<string, Step>();
  readonly #decoders = new Map<string, (base64: string) => string>();
  readonly #rests = new Map<string, string>();
  readonly #startedAt = new Map<string, number>();
  #events: BuildEvent[] = [];
  #json = '';
  /** The step of the legacy builder that runs. */
  #legacy: Step | undefined;
  /** The step whose end of output BuildKit repeats between two rules. */
  #repeated: Step | undefined;
  #excerpt: { file: string; line: number; open: boolean; first: number | undefined; last: number | undefined } | undefined;
  #place = '';
  /** Lines of no known step: of a log whose beginning is cut off. */
  #loose: string[] = [];
  #error: string | undefined;

  constructor(options: BuildLogOptions) {
    this.#options = options;
  }

  /** All steps so far, in the order in which they began. */
  get steps(): readonly BuildStep[] {
    return [...this.#steps.values()];
  }

  /** The error with which the builder ended, in its words. */
  get error(): string | undefined {
    return this.#error;
  }

  /** The lines of the Dockerfile that the builder names beside its error. */
  get reportedLines(): ReportedLines | undefined {
    const excerpt = this.#excerpt;
    if (excerpt === undefined) return undefined;
    return { file: excerpt.file, first: excerpt.first ?? excerpt.line, last: excerpt.last ?? excerpt.first ?? excerpt.line };
  }

  /** The step that made the build fail. Of a log whose beginning is cut off, the one that its error names. */
  get failedStep(): BuildStep | undefined {
    const failed = this.steps.find(({ state }) => state === 'failed');
    return failed ?? (this.#error === undefined ? undefined : (this.#legacy ?? this.#namedStep(this.#error)));
  }

  /** Takes the next piece of a stream; pieces may end anywhere. Gives what it tells. */
  feed(text: string, stream: 'stdout' | 'stderr' = 'stdout'): readonly BuildEvent[] {
    const lines = ((this.#rests.get(stream) ?? '') + text).split('\n');
    const rest = lines.pop() ?? '';
    this.#rests.set(stream, rest.length > MAX_MESSAGE ? rest.slice(-MAX_LINE) : rest);
    for (const line of lines) this.#readLine(withoutReturns(line), stream);
    return this.#takeEvents();
  }

  /** Says that nothing more comes: what has no line end yet is read, and steps of the legacy builder end. */
  end(failed: boolean): readonly BuildEvent[] {
    for (const [stream, rest] of this.#rests) {
      if (rest !== '') this.#readLine(rest);
      this.#rests.set(stream, '');
    }
    if (this.#json !== '') this.#message(this.#json);
    this.#json = '';
    this.#endLegacy(failed);
    for (const step of this.#steps.values()) if (step.state === 'running') this.#setState(step, failed ? 'cancelled' : 'done');
    return this.#takeEvents();
  }

  #takeEvents(): readonly BuildEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #readLine(raw: string, stream = 'stdout'): void {
    const line = raw.length > MAX_LINE ? raw.slice(0, MAX_LINE) : raw;
    if (this.#json !== '') return this.#continueJson(line);
    if (line.startsWith('{') && (line.endsWith('}') || line === '{')) return this.#startJson(line);
    const [, number, rest] = /^#(\d+) (.*)$/.exec(line) ?? [];
    if (number !== undefined && rest !== undefined && this.#repeated === undefined) return this.#readPlain(number, rest);
    const legacy = readLegacyStep(line);
    if (legacy !== undefined) return this.#startLegacy(legacy);
    const ending = this.#legacy === undefined ? -1 : line.search(/(?<=.)The command '.*' returned a non-zero code: \d+$/);
    if (ending > 0) {
      // The last line of the output had no end.
      this.#readLine(line.slice(0, ending), stream);
      return this.#readLine(line.slice(ending), stream);
    }
    // The legacy builder prints what steps print on standard output, and its own errors on the other stream.
    if (this.#legacy !== undefined && stream !== 'stderr' && !LEGACY_ENDINGS.test(line)) return this.#readLegacy(this.#legacy, line);
    if (this.#legacy !== undefined && line.trim() !== '' && !COMPOSE.test(line)) this.#setError(line);
    this.#readMessage(line);
  }

  // BuildKit, plain

  #readPlain(number: string, rest: string): void {
    const step = this.#steps.get(number);
    if (step === undefined) {
      // Output of a step whose head is cut off.
      if (/^\d+\.\d+(?: |$)/.test(rest)) this.#readMessage(`#${number} ${rest}`);
      else this.#begin(number, readStepName(rest));
      return;
    }
    const [, output] = /^\d+\.\d+(?: (.*))?$/.exec(rest) ?? [];
    if (/^\d+\.\d+(?: |$)/.test(rest)) return this.#print(step, output ?? '');
    const [, seconds] = /^DONE(?: (\d+(?:\.\d+)?)s)?$/.exec(rest) ?? [];
    if (/^DONE\b/.test(rest)) return this.#setState(step, 'done', seconds === undefined ? undefined : Number(seconds));
    if (rest === 'CACHED') return this.#setState(step, 'cached');
    if (rest === 'CANCELED') return this.#setState(step, 'cancelled');
    if (rest.startsWith('ERROR: ')) return this.#fail(step, rest.slice('ERROR: '.length));
    if (rest === '...' || readStepName(rest).text === step.text || /^(?:sha256:[\da-f]{64}|digest: |name: |started: |completed: |duration: )/.test(rest.trimStart()) && !rest.includes(' / ')) return;
    if (rest.startsWith('WARN: ') || rest.startsWith('WARNING: ')) return this.#message(rest);
    this.#transfer(step, readTransfer(rest));
  }

  // BuildKit's JSON, and the stream of the Engine API

  #startJson(line: string): void {
    const message = readJsonMessage(line);
    if (message !== undefined) this.#readJson(message);
    else if (line === '{') this.#json = '{\n';
    else this.#readMessage(line);
  }

  /** Older versions of buildx print each message over several lines; its last one is a brace alone. */
  #continueJson(line: string): void {
    this.#json += `${line}\n`;
    if (line !== '}' && this.#json.length < MAX_MESSAGE) return;
    const text = this.#json;
    this.#json = '';
    const message = readJsonMessage(text);
    if (message !== undefined) this.#readJson(message);
    else for (const each of text.trimEnd().split('\n')) this.#readMessage(each);
  }

  #readJson({ vertexes, statuses, logs, stream, status, error }: JsonMessage): void {
    for (const vertex of vertexes) this.#readVertex(vertex);
    for (const { vertex, currentBytes, totalBytes } of statuses) {
      const step = this.#steps.get(vertex);
      if (step !== undefined) this.#transfer(step, { currentBytes, totalBytes });
    }
    for (const { vertex, data } of logs) this.#readVertexLog(vertex, data);
    if (stream !== undefined) this.#readStream(stream);
    if (status !== undefined && this.#legacy !== undefined) this.#transfer(this.#legacy, status.totalBytes === undefined ? undefined : status);
    if (error !== undefined) {
      this.#flush('stream');
      this.#setError(error);
      this.#message(error);
    }
  }

  #readVertex({ digest, name, started, completed, cached, error }: VertexMessage): void {
    const step = this.#steps.get(digest) ?? (started === undefined && !cached ? undefined : this.#begin(digest, readStepName(name)));
    if (step === undefined) return;
    if (started !== undefined) this.#startedAt.set(digest, Math.min(started, this.#startedAt.get(digest) ?? started));
    // A vertex can be completed and begin anew; a step that failed stays so.
    if (completed === undefined || step.state === 'failed') return;
    this.#flush(`log ${digest}`);
    if (error !== undefined) {
      if (/context canceled$/.test(error)) this.#setState(step, 'cancelled');
      else this.#fail(step, error);
    } else {
      const begun = this.#startedAt.get(digest);
      this.#setState(step, cached ? 'cached' : 'done', begun === undefined || cached ? undefined : Math.max(0, completed - begun) / 1000);
    }
  }

  #readVertexLog(vertex: string, data: string): void {
    const step = this.#steps.get(vertex);
    if (step === undefined) return;
    const decoder = this.#decoders.get(vertex) ?? this.#options.createDecoder();
    this.#decoders.set(vertex, decoder);
    this.#splitLines(`log ${vertex}`, decoder(data), (line) => this.#print(step, line));
  }

  #readStream(text: string): void {
    this.#splitLines('stream', text, (line) => this.#readLine(line));
  }

  #splitLines(key: string, text: string, take: (line: string) => void): void {
    const lines = ((this.#rests.get(key) ?? '') + text).split('\n');
    this.#rests.set(key, (lines.pop() ?? '').slice(-MAX_LINE));
    for (const line of lines) take(withoutReturns(line));
  }

  /** Reads what a stream inside the stream holds without a line end. */
  #flush(key: string): void {
    const rest = this.#rests.get(key) ?? '';
    this.#rests.delete(key);
    if (rest === '') return;
    const step = key.startsWith('log ') ? this.#steps.get(key.slice('log '.length)) : undefined;
    if (step === undefined) this.#readLine(rest);
    else this.#print(step, rest);
  }

  // The legacy builder

  #startLegacy(name: StepName): void {
    this.#endLegacy(false);
    this.#legacy = this.#begin(`step ${name.position?.index ?? 0}`, name);
  }

  #readLegacy(step: Step, line: string): void {
    if (/^ ?--->/.test(line) || /^-->/.test(line)) {
      if (/Using cache/.test(line)) step.state = 'cached';
      return;
    }
    // The builder writes `Removing intermediate container` behind the reset of a coloured line.
    if (/^(?:\u001b\[0m)?Removing intermediate container [\da-f]+$/.test(line) || /^Successfully (?:built|tagged) /.test(line)) return;
    this.#print(step, line);
  }

  #endLegacy(failed: boolean): void {
    const step = this.#legacy;
    if (step === undefined) return;
    if (failed) {
      this.#fail(step, this.#error ?? lastLine(step.output));
      return;
    }
    this.#legacy = undefined;
    const { state } = step;
    step.state = 'running';
    this.#setState(step, state === 'cached' ? 'cached' : 'done');
  }

  // What builders say besides

  #readMessage(line: string): void {
    this.#readTerminalLine(line);
    this.#readSummary(line);
    const [, error] = /^(?:ERROR|[Ee]rror): (.+)$/.exec(line.replace(COMPOSE, 'ERROR: ')) ?? [];
    if (error !== undefined && !(error === 'Build failed' && this.#error !== undefined)) this.#setError(error);
    else if (ENDINGS.test(line)) this.#setError(line);
    else this.#loose.push(line.replace(/^#\d+ \d+\.\d+ ?/, ''));
    if (this.#loose.length > 2 * KEPT_LINES) this.#loose = this.#loose.slice(-KEPT_LINES);
    if (line.trim() !== '') this.#message(line);
  }

  /** ` => ERROR [2/9] RUN make    1.4s`: the list that is drawn on a terminal, as people paste it. */
  #readTerminalLine(line: string): void {
    const [, state = '', name] = /^ ?=> (?:(CACHED|ERROR|CANCELED) )?(?!=> )(.+?)(?: +\d+(?:\.\d+)?s)?$/.exec(line) ?? [];
    if (name === undefined) return;
    const step = this.#find(name);
    if (state === 'ERROR') this.#fail(step, step.error ?? '');
    else this.#setState(step, state === 'CACHED' ? 'cached' : state === 'CANCELED' ? 'cancelled' : 'done');
  }

  /** The end of a failed step's output between two rules, and after it the lines of the Dockerfile. */
  #readSummary(line: string): void {
    const [, name] = /^ > (.+?):?\s*$/.exec(line) ?? [];
    const rule = /^-{5,}$/.test(line);
    // The rule before it is left out at times where somebody quotes a log.
    if (name !== undefined && (this.#place === '------' || /^\[[^\]]*\d+\/\d+\] /.test(name))) {
      const step = this.#find(name);
      if (step.state !== 'failed') this.#fail(step, '');
      // What was printed before is repeated here; kept only where nothing else was.
      this.#repeated = step;
      if (step.output !== '') this.#repeated = { ...step };
    } else if (rule) {
      this.#repeated = undefined;
      const [, file, number] = /^(\S.*):(\d+)$/.exec(this.#place) ?? [];
      if (file !== undefined && line.length >= 20) this.#excerpt = { file, line: Number(number), open: true, first: undefined, last: undefined };
      else if (this.#excerpt !== undefined) this.#excerpt.open = false;
    } else if (this.#repeated !== undefined) {
      this.#repeated.output += `${line.replace(/^(?:#\d+ )?\d+\.\d+ ?/, '')}\n`;
    } else if (this.#excerpt?.open === true) {
      const [, number] = /^ *(\d+) \| >>>/.exec(line) ?? [];
      if (number !== undefined) {
        this.#excerpt.first ??= Number(number);
        this.#excerpt.last = Number(number);
      }
    }
    this.#place = line;
  }

  /** `The command '/bin/sh -c make' returned a non-zero code: 2`: all that the end of a log tells of its step. */
  #namedStep(error: string): BuildStep | undefined {
    const [, command] = COMMAND.exec(error) ?? [];
    if (command === undefined) return undefined;
    return { id: 'named', text: `RUN ${command}`, position: undefined, state: 'failed', seconds: undefined, transfer: undefined, output: this.#loose.join('\n'), error };
  }

  // Steps

  #find(name: string): Step {
    const { text, position } = readStepName(name);
    for (const step of this.#steps.values()) {
      // White space in the text is not the same everywhere, and long texts are cut.
      const same = position === undefined ? step.text === text : step.position?.index === position.index && step.position.total === position.total && step.position.labels.join(' ') === position.labels.join(' ');
      if (same) return step;
    }
    return this.#begin(name, { text, position });
  }

  #begin(id: string, { text, position }: StepName): Step {
    const step: Step = { id, text, position, state: 'running', seconds: undefined, transfer: undefined, output: '', error: undefined };
    this.#steps.set(id, step);
    this.#events.push({ kind: 'step', step, state: step.state });
    return step;
  }

  #setState(step: Step, state: StepState, seconds?: number): void {
    step.seconds = seconds ?? step.seconds;
    step.transfer = undefined;
    // BuildKit may take up a step again that it has told to be done.
    if (step.state === state) return;
    step.state = state;
    this.#events.push({ kind: 'step', step, state: step.state });
  }

  #fail(step: Step, error: string): void {
    if (error !== '') step.error = error;
    this.#setState(step, 'failed');
  }

  #print(step: Step, line: string): void {
    step.output += `${line}\n`;
    // Cut now and then, not at every line: cutting copies.
    if (step.output.length > 2 * KEPT_OUTPUT) step.output = step.output.slice(-KEPT_OUTPUT);
    this.#events.push({ kind: 'output', step, text: line });
  }

  #transfer(step: Step, transfer: BuildStep['transfer']): void {
    if (transfer === undefined) return;
    step.transfer = { currentBytes: transfer.currentBytes, totalBytes: transfer.totalBytes };
    this.#events.push({ kind: 'transfer', step });
  }

  #setError(error: string): void {
    this.#error = error;
  }

  #message(text: string): void {
    this.#events.push({ kind: 'message', text });
  }
}

/** docker-compose 1 puts the name of the service before the error, or says no more than `Build failed`. */
const COMPOSE = /^ERROR: Service '[^']*' failed to build ?: /;

/** Lines with which the legacy builder ends. */
const LEGACY_ENDINGS =
  /^(?:The command '.*' returned a non-zero code: \d+|(?:COPY|ADD) failed: |manifest for \S+ not found|pull access denied for |invalid from flag value |failed to process "|unauthorized: |Error response from daemon: |no matching manifest for |OCI runtime create failed|toomanyrequests: |ERROR: Service '.*' failed to build)/;

/** The command that a step ran, in the words in which its failure is told. */
const COMMAND = /(?:The command '|executor failed running \[|process ")(?:\/bin\/(?:ba)?sh (?:-\w+ (?:pipefail )?)*-c|\S+ -c) (.*?)(?:' returned|\]: (?:exit|runc)|" did not)/s;

/** Lines with which builders end, besides those that begin with `ERROR: `. */
const ENDINGS = /^(?:The command '.*' returned a non-zero code: \d+|(?:COPY|ADD) failed: |manifest for \S+ not found|failed to (?:solve|compute cache key|calculate checksum)|executor failed running |[Dd]ockerfile parse error|failed to process "|Error response from daemon: |unable to prepare context: )/;

/** What a line that overwrites itself shows in the end. */
function withoutReturns(line: string): string {
  const end = line.replace(/\r+$/, '');
  return end.slice(end.lastIndexOf('\r') + 1);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
