import type { ComponentOutput, StageOutput } from '../core/engine/stack-output';
import { msg, type Text } from '../core/l10n/message';
import { compareStacks, type StackDifference } from '../core/scan/compare';
import { bakedDriverLibraries, missingLibraries } from '../core/scan/missing';
import type { ImageScan, ScanGap } from '../core/scan/model';
import { SCAN_LIMITS, VERSIONS_ONLY } from '../core/scan/scan';
import { toStack } from '../core/scan/stack';
import { scanImage } from '../docker';
import { formatBytes, formatTable, withEngine, type EngineArguments } from './engine';
import { Failure } from './failure';
import { say } from './language';
import { readStack } from './read-stack';
import { createPaint, wantsColor, type Paint } from './terminal';
import { makeVisible } from './visible';

/** Options of `trtc scan` and `trtc compare`. */
export interface ScanArguments extends EngineArguments {
  readonly json?: boolean;
  /** A Dockerfile whose promises are held against the image. */
  readonly against?: string;
  /** Its stage; by default the last one. */
  readonly target?: string;
  readonly buildArg?: ReadonlyMap<string, string>;
}

/**
 * `trtc scan`: prints what is installed in an image. With a Dockerfile, prints where the image differs from what that
 * promises; exit status 1 where it does. Throws Failure.
 */
export async function scan(image: string, options: ScanArguments): Promise<void> {
  const promised = options.against === undefined ? undefined : await predict(options.against, options);
  const found = await withEngine(options, (engine, signal) => scanImage(engine, image, signal, promised === undefined ? SCAN_LIMITS : VERSIONS_ONLY));
  const paint = createPaint(wantsColor(process.stdout));
  if (promised === undefined) {
    process.stdout.write(options.json === true ? `${JSON.stringify(found, undefined, 2)}\n` : renderScan(found, paint));
    return;
  }
  report(compareStacks(promised, stageOf(found)), { left: options.against ?? '', right: image, gaps: found.gaps }, options, paint);
}

/** `trtc compare`: prints two images side by side; exit status 1 where they differ. Throws Failure. */
export async function compare(left: string, right: string, options: ScanArguments): Promise<void> {
  const [first, second] = await withEngine(options, async (engine, signal) => [await scanImage(engine, left, signal, VERSIONS_ONLY), await scanImage(engine, right, signal, VERSIONS_ONLY)] as const);
  report(compareStacks(stageOf(first), stageOf(second)), { left, right, gaps: [...first.gaps, ...second.gaps] }, options, createPaint(wantsColor(process.stdout)));
}

function stageOf(found: ImageScan): StageOutput {
  const [stage] = toStack(found).stages;
  if (stage === undefined) throw new TypeError('A scan has one stage.');
  return stage;
}

/** What a stage of a Dockerfile promises. */
async function predict(target: string, options: ScanArguments): Promise<StageOutput> {
  const { file, output } = await readStack(target, { ...(options.buildArg && { buildArg: options.buildArg }) });
  const { stages } = output;
  const stage = options.target === undefined ? stages.at(-1) : stages.find(({ name, index }) => name === options.target?.toLowerCase() || String(index) === options.target);
  if (stage === undefined) throw new Failure(msg`${file}: there is no stage ${options.target ?? ''}`);
  return stage;
}

/** What was found, for people: the stack, what is wrong with its libraries, what was not read, and what it cost. */
export function renderScan(found: ImageScan, paint: Paint): string {
  const title = `${paint.bold(makeVisible(found.image))} ${paint.dim(makeVisible(`${found.os?.prettyName ?? found.os?.id ?? say(msg`no operating system`)}, ${found.architecture}`))}\n`;
  const components = found.components.map(({ kind, name, version, cuda, via, file }) => [kind, describeVersion({ version, cuda }), name, via, file].map(makeVisible));
  const missing = missingLibraries(found).filter(({ needed }) => needed.state === 'missing');
  const renderMissing = (onDemand: boolean, heading: string): string => {
    const rows = missing.filter((one) => one.onDemand === onDemand).map(({ library, needed }) => [needed.name, say(msg`needed by ${library.path}`)].map(makeVisible));
    return rows.length === 0 ? '' : `\n${heading}\n${formatTable(rows)}`;
  };
  const baked = bakedDriverLibraries(found);
  return [
    title,
    components.length === 0 ? `  ${say(msg`nothing that is known`)}\n` : formatTable(components),
    renderMissing(false, paint.red(say(msg`libraries that are needed and lie nowhere in the image`))),
    renderMissing(true, paint.dim(say(msg`libraries that lie nowhere in the image, needed only by what is loaded on demand`))),
    ...(baked.length === 0 ? [] : [`\n${paint.yellow(say(msg`libraries of the driver, which hide the host's`))}\n`, formatTable(baked.map(({ path }) => [makeVisible(path)]))]),
    renderGaps(found.gaps, paint),
    `\n${paint.dim(say(msg`${found.packages.length} packages, ${found.pythons.reduce((sum, { packages }) => sum + packages.length, 0)} of Python; ${formatBytes(found.cost.bytesRead)} read in ${(found.cost.durationMs / 1000).toFixed(1)} s`))}\n`,
  ].join('');
}

const GAP_WORDS: Readonly<Record<ScanGap['why'], Text>> = {
  'too-large': msg`longer than a scan reads`,
  format: msg`in a form that is not read`,
  volume: msg`under a volume`,
  refused: msg`refused by the engine`,
};

function renderGaps(gaps: readonly ScanGap[], paint: Paint): string {
  if (gaps.length === 0) return '';
  const rows = gaps.map(({ path, why, detail }) => [path ?? detail, say(path === null || detail === '' ? GAP_WORDS[why] : msg`${GAP_WORDS[why]}: ${detail}`)].map(makeVisible));
  return `\n${paint.dim(say(msg`not read`))}\n${formatTable(rows)}`;
}

function report(
  differences: readonly StackDifference[],
  { left, right, gaps }: { readonly left: string; readonly right: string; readonly gaps: readonly ScanGap[] },
  { json }: ScanArguments,
  paint: Paint,
): void {
  if (differences.some(isDifference)) process.exitCode = 1;
  process.stdout.write(json === true ? `${JSON.stringify({ version: 1, left, right, components: differences, gaps }, undefined, 2)}\n` : renderComparison(differences, left, right, paint) + renderGaps(gaps, paint));
}

/** A side that says less than the other does not contradict it. */
function isDifference({ outcome }: StackDifference): boolean {
  return outcome !== 'same' && outcome !== 'unknown';
}

/** Two stacks side by side, one line a component; the lines that differ are marked. */
export function renderComparison(differences: readonly StackDifference[], left: string, right: string, paint: Paint): string {
  const cell = (components: readonly ComponentOutput[]): string => makeVisible(components.map(describeVersion).join(', ')) || '-';
  const rows = differences.map((row) => [isDifference(row) ? '≠' : row.outcome === 'unknown' ? '?' : ' ', row.kind, cell(row.left), cell(row.right)]);
  if (rows.length === 0) return `${say(msg`nothing that is known on either side`)}\n`;
  return formatTable([[' ', '', makeVisible(left), makeVisible(right)], ...rows], '')
    .split('\n')
    .map((line) => (line.startsWith('≠') ? paint.yellow(line) : line))
    .join('\n');
}

function describeVersion({ version, cuda }: Pick<ComponentOutput, 'version' | 'cuda'>): string {
  return cuda === null ? (version ?? '?') : say(msg`${version ?? '?'} for CUDA ${cuda}`);
}
