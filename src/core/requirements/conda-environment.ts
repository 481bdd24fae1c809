import { findScalar, findValue, listItems, type Scalar } from '../data/model';
import { readYaml } from '../data/yaml';
import type { Range } from '../text/range';
import { Traced } from '../text/traced';
import { readRequirements, type RequirementsFile } from './read';

/** One line of a list of conda packages, as written: `pytorch::pytorch=2.1`. */
export interface CondaSpecText {
  readonly text: Traced;
  readonly range: Range;
}

/** What a file lists for conda. Ranges are offsets in its text. */
export interface CondaEnvironment {
  readonly name: string | undefined;
  readonly channels: readonly string[];
  readonly packages: readonly CondaSpecText[];
  /** What stands below `- pip:`; undefined without it. */
  readonly pip: RequirementsFile | undefined;
  /** The list below `- pip:`: where it ends a further item can be added. */
  readonly pipRange: Range | undefined;
  /** From the first to the last package. */
  readonly range: Range;
}

const MAX_PACKAGES = 5000;

/**
 * Reads an environment file of conda, mamba and micromamba: `channels`, `dependencies`, and the requirements below `pip`
 * (https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html#create-env-file-manually).
 * Undefined for a file without dependencies. Never throws.
 */
export function readCondaEnvironment(file: string, text: string): CondaEnvironment | undefined {
  const data = readYaml(text, file);
  const dependencies = findValue(data, 'dependencies');
  if (dependencies?.kind !== 'list') return undefined;
  const packages: CondaSpecText[] = [];
  let pipRange: Range | undefined;
  const pipItems: Scalar[] = [];
  for (const item of dependencies.items.slice(0, MAX_PACKAGES)) {
    if (item.kind === 'scalar') {
      if (item.type !== 'null') packages.push({ text: item.text, range: item.range });
      continue;
    }
    const pip = findValue(item, 'pip');
    // A list in brackets has its items in one line, where no option can stand.
    if (pip?.kind !== 'list' || pip.flow) continue;
    pipRange = pip.range;
    pipItems.push(...listItems(pip).filter((one) => one.kind === 'scalar'));
  }
  return {
    name: findScalar(data, 'name')?.raw,
    channels: listItems(findValue(data, 'channels')).flatMap((channel) => (channel.kind === 'scalar' ? [channel.raw] : [])),
    packages,
    pip: pipRange === undefined ? undefined : readRequirements(file, keepOnly(text, pipItems)),
    pipRange,
    range: dependencies.range,
  };
}

/**
 * Reads the lines that `conda install --file` takes: one package each, comments left out. Explicit files, whose lines are
 * addresses, give nothing.
 */
export function readCondaList(file: string, text: string): readonly CondaSpecText[] {
  const packages: CondaSpecText[] = [];
  for (const match of text.matchAll(/[^\r\n]+/g)) {
    if (packages.length >= MAX_PACKAGES) break;
    const content = match[0].replace(/(?:^|\s)#.*$/, '');
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('@') || trimmed.includes('://')) continue;
    const start = match.index + content.indexOf(trimmed);
    const range = { start, end: start + trimmed.length };
    packages.push({ text: Traced.literal(trimmed, file, range), range });
  }
  return packages;
}

/** The text with blanks for all but the items, each in a line of its own as before, so that offsets stay. */
function keepOnly(text: string, items: readonly Scalar[]): string {
  let kept = '';
  for (const { text: value } of items) {
    const [piece] = value.pieces;
    if (piece?.verbatim !== true || piece.range.start < kept.length) continue;
    kept += blank(text.slice(kept.length, piece.range.start)) + text.slice(piece.range.start, piece.range.end);
  }
  return kept;
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ');
}
