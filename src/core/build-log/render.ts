import type { BuildEvent, BuildStep, StepState } from './model';

/** Styles that a log is shown in; each wraps a text. */
export type LogPaint = Readonly<Record<'bold' | 'dim' | 'red' | 'green' | 'yellow', (text: string) => string>>;

export interface RenderOptions {
  readonly paint: LogPaint;
  /** Where the Dockerfile has the instruction of a step: `Dockerfile:12`. */
  readonly placeOf: (step: BuildStep) => string | undefined;
  /** The words for how a step ended. */
  readonly words: Readonly<Record<'done' | 'cached' | 'failed' | 'cancelled', string>>;
}

/** Steps of the builder itself that take less than this are not shown. */
const SHORT_SECONDS = 0.5;
/** So much of an instruction stands in the head of its step. */
const HEAD_LENGTH = 200;

/** Turns what a build tells into lines of text: a head for each step with its place, its output, and how it ended. */
export class LogRenderer {
  readonly #options: RenderOptions;
  /** The step whose lines were shown last. */
  #shown: string | undefined;
  readonly #begun = new Set<string>();
  readonly #ended = new Set<string>();

  constructor(options: RenderOptions) {
    this.#options = options;
  }

  /** The lines for an event, without line ends; mostly one, none for what is not shown. */
  render(event: BuildEvent): readonly string[] {
    switch (event.kind) {
      case 'message':
        return /^#\d+ |^-{5,}$| \| |^ > \[|^\S+:\d+$/.test(event.text) ? [] : [this.#options.paint.yellow(neutralise(event.text))];
      case 'output':
        return [...this.#head(event.step), `  ${keepColors(event.text)}`];
      case 'step':
        return this.#renderStep(event.step, event.state);
      case 'transfer':
        return [];
    }
  }

  #renderStep(step: BuildStep, state: StepState): readonly string[] {
    const { paint, words } = this.#options;
    const isOwn = step.position === undefined;
    // BuildKit tells some ends twice.
    if (state !== 'running' && this.#ended.has(step.id)) return [];
    if (state !== 'running') this.#ended.add(step.id);
    switch (state) {
      case 'running':
        return isOwn ? [] : this.#head(step);
      case 'done':
        if (isOwn && (step.seconds ?? 0) < SHORT_SECONDS) return [];
        return [...this.#head(step), `  ${paint.green(words.done)}${describeSeconds(step, paint)}`];
      case 'cached':
        return isOwn ? [] : [...this.#head(step), `  ${paint.dim(words.cached)}`];
      case 'failed':
        return [...this.#head(step), `  ${paint.red(words.failed)}`];
      case 'cancelled':
        return this.#begun.has(step.id) ? [...this.#head(step), `  ${paint.dim(words.cancelled)}`] : [];
    }
  }

  /** The head of a step, where the lines above are of another one. */
  #head(step: BuildStep): readonly string[] {
    if (this.#shown === step.id) return [];
    this.#shown = step.id;
    const { paint, placeOf } = this.#options;
    const again = this.#begun.has(step.id);
    this.#begun.add(step.id);
    const text = neutralise(step.text.replace(/\s+/g, ' '));
    const short = text.length > HEAD_LENGTH ? `${text.slice(0, HEAD_LENGTH - 1)}…` : text;
    const place = placeOf(step);
    const head = `${describePosition(step)}${short}`;
    return [`${again ? paint.dim(head) : paint.bold(head)}${place === undefined ? '' : ` ${paint.dim(place)}`}`];
  }
}

/** `[build 2/5] `, as builders number their steps. */
export function describePosition({ position }: BuildStep): string {
  return position === undefined ? '' : `[${[...position.labels, `${position.index}/${position.total}`].join(' ')}] `;
}

function describeSeconds({ seconds }: BuildStep, paint: LogPaint): string {
  return seconds === undefined ? '' : ` ${paint.dim(`${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`)}`;
}

/** Text that others wrote, of which a terminal obeys nothing: control characters and marks of writing direction are replaced. */
export function neutralise(text: string): string {
  return text.replace(/\t/g, ' ').replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\uFFFD');
}

/** As `neutralise`, but for colours, which are reset at the end of the line. */
function keepColors(text: string): string {
  if (!text.includes('\u001b')) return neutralise(text);
  const parts = text.split(/(\u001b\[[\d;]*m)/);
  const kept = parts.map((part, i) => (i % 2 === 1 ? part : neutralise(part.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g, ''))));
  return `${kept.join('')}\u001b[0m`;
}
