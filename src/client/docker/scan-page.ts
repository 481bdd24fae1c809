import { l10n } from 'vscode';
import type { ComponentOutput } from '../../core/engine/stack-output';
import { compareStacks, type StackDifference } from '../../core/scan/compare';
import type { ImageScan, ScanGap } from '../../core/scan/model';
import { toStack } from '../../core/scan/stack';
import { describeComponent, describeSize, nameOfKind } from './describe';
import { toTable } from './pages';
import { toPlain } from './plain';

/** What was found in an image, as a page to read: the stack with its proofs, libraries that nothing provides, what was not read. */
export function renderScan(scan: ImageScan): string {
  const { components, libraries, packages, pythons, gaps, os, architecture, cost } = scan;
  const missing = libraries.flatMap(({ path, needed }) => needed.filter(({ state }) => state === 'missing').map(({ name }) => [toPlain(name, 200), toPlain(path, 400)]));
  const sections = [
    [toPlain(scan.image, 300), toPlain(scan.imageId, 100), [toPlain(os?.prettyName ?? os?.id ?? l10n.t('unknown system'), 100), toPlain(architecture, 40)].join(', ')].join('\n'),
    components.length === 0
      ? l10n.t('No part of the GPU stack was found in the places where it is installed.')
      : toTable([
          [l10n.t('Component'), l10n.t('By'), l10n.t('Proved by')],
          ...components.map(({ kind, name, version, cuda, via, file }) => [
            describeComponent({ kind, name: toPlain(name, 80), version: { type: 'exact', version: toPlain(version, 80) } }) + (cuda === null ? '' : ` ${l10n.t('for CUDA {0}', toPlain(cuda, 20))}`),
            `${via} (${toPlain(name, 80)})`,
            via === 'env' ? l10n.t('the environment of the image') : toPlain(file, 400),
          ]),
        ]).trimEnd(),
    missing.length === 0 ? '' : `${l10n.t('Libraries that another one needs and that are not in the image:')}\n${toTable(missing).trimEnd()}`,
    l10n.t('Read: {0} packages of the distribution, {1} Python packages, {2} libraries.', packages.length, pythons.reduce((sum, python) => sum + python.packages.length, 0), libraries.length),
    gaps.length === 0 ? '' : `${l10n.t('Not read, so that what is missing above may be there:')}\n${toTable(gaps.map((gap) => [toPlain(gap.path ?? '/', 400), describeGap(gap)])).trimEnd()}`,
    l10n.t('{0} were read from a container that was never started and is removed again.', describeSize(cost.bytesRead)),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

/** The stacks of two images side by side: what differs first. */
export function renderComparison(left: ImageScan, right: ImageScan): string {
  const [a, b] = [left, right].map((scan) => toStack(scan).stages[0]);
  const rows = a === undefined || b === undefined ? [] : compareStacks(a, b);
  const sorted = [...rows.filter(({ outcome }) => outcome !== 'same'), ...rows.filter(({ outcome }) => outcome === 'same')];
  const table = sorted.map((row) => [nameOfKind(row.kind), describeSide(row.left), describeSide(row.right), describeOutcome(row)]);
  const gaps = [left, right].some((scan) => scan.gaps.length > 0) ? [l10n.t('Not everything could be read: what one side lacks may be there. Read the stack of that image for the reasons.')] : [];
  const body = table.length === 0 ? l10n.t('Neither image holds a part of the GPU stack that could be found.') : toTable([[l10n.t('Component'), toPlain(left.image, 120), toPlain(right.image, 120), ''], ...table]).trimEnd();
  return `${[body, ...gaps].join('\n\n')}\n`;
}

function describeSide(components: readonly ComponentOutput[]): string {
  return components.length === 0 ? '–' : [...new Set(components.map(({ version, cuda }) => `${toPlain(version ?? '?', 60)}${cuda === null ? '' : ` (${l10n.t('CUDA {0}', toPlain(cuda, 20))})`}`))].join(', ');
}

function describeOutcome({ outcome }: StackDifference): string {
  return { same: l10n.t('same'), different: l10n.t('different'), 'left-only': l10n.t('only in the first'), 'right-only': l10n.t('only in the second'), unknown: l10n.t('not known') }[outcome];
}

function describeGap({ why, detail }: ScanGap): string {
  const reason = { 'too-large': l10n.t('too large'), format: l10n.t('of an unknown form'), volume: l10n.t('hidden by a volume'), refused: l10n.t('refused') }[why];
  return detail === '' ? reason : `${reason}: ${toPlain(detail, 300)}`;
}
