import type { ComponentOutput, StageOutput } from '../core/engine/stack-output';
import { compareStacks, type StackDifference } from '../core/scan/compare';
import { bakedDriverLibraries, missingLibraries } from '../core/scan/missing';
import type { ImageScan, ScanGap } from '../core/scan/model';
import { SCAN_LIMITS, VERSIONS_ONLY } from '../core/scan/scan';
import { toStack } from '../core/scan/stack';
import { scanImage } from '../docker';
import { formatBytes, formatTable, withEngine, type EngineArguments } from './engine';
import { Failure } from './failure';
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
  if (stage === undefined) throw new Failure(`${file}: no stage ${options.target ?? ''}`);
  return stage;
}

/** What was found, for people: the stack, what is wrong with its libraries, what was not read, and what it cost. */
export function renderScan(found: ImageScan, paint: Paint): string {
  const title = `${paint.bold(makeVisible(found.image))} ${paint.dim(makeVisible(`${found.os?.prettyName ?? found.os?.id ?? 'no operating system'}, ${found.architecture}`))}\n`;
  const components = found.components.map(({ kind, name, version, cuda, via, file }) => [kind, `${version}${cuda === null ? '' : ` for CUDA ${cuda}`}`, name, via, file].map(makeVisible));
  const missing = missingLibraries(found).filter(({ needed }) => needed.state === 'missing');
  const baked = bakedDriverLibraries(found);
  return [
    title,
    components.length === 0 ? '  nothing that is known\n' : formatTable(components),
    ...(missing.length === 0 ? [] : [`\n${paint.red('libraries that are needed and lie nowhere in the image')}\n`, formatTable(missing.map(({ library, needed }) => [needed.name, `needed by ${library.path}`].map(makeVisible)))]),
    ...(baked.length === 0 ? [] : [`\n${paint.yellow("libraries of the driver, which hide the host's")}\n`, formatTable(baked.map(({ path }) => [makeVisible(path)]))]),
    renderGaps(found.gaps, paint),
    `\n${paint.dim(`${found.packages.length} packages, ${found.pythons.reduce((sum, { packages }) => sum + packages.length, 0)} of Python; ${formatBytes(found.cost.bytesRead)} read in ${(found.cost.durationMs / 1000).toFixed(1)} s`)}\n`,
  ].join('');
}

const GAP_WORDS: Readonly<Record<ScanGap['why'], string>> = {
  'too-large': 'longer than a scan reads',
  format: 'in a form that is not read',
  volume: 'under a volume',
  refused: 'refused by the engine',
};

function renderGaps(gaps: readonly ScanGap[], paint: Paint): string {
  if (gaps.length === 0) return '';
  return `\nnot read\n${formatTable(gaps.map(({ path, why, detail }) => [makeVisible(path ?? detail), `${GAP_WORDS[why]}${path !== null && detail !== '' ? `: ${makeVisible(detail)}` : ''}`]))}`.replace('not read', paint.dim('not read'));
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
  if (rows.length === 0) return 'nothing that is known on either side\n';
  return formatTable([[' ', '', makeVisible(left), makeVisible(right)], ...rows], '')
    .split('\n')
    .map((line) => (line.startsWith('≠') ? paint.yellow(line) : line))
    .join('\n');
}

function describeVersion({ version, cuda }: ComponentOutput): string {
  return `${version ?? '?'}${cuda === null ? '' : ` for CUDA ${cuda}`}`;
}
