import type { Finding, Fix } from '../rules/model';
import type { ContextReader } from '../shell/installers/model';
import { applyEdits, type FileEdit } from '../text/edit';
import { analyse, type Analysis, type AnalysisOptions } from './analyse';

/** Texts by file name. */
export type Texts = ReadonlyMap<string, string>;

/**
 * The texts that a fix changes, after it. Undefined when it cannot be applied: its edits overlap, leave their text,
 * or touch a file that `texts` lacks.
 */
export function applyFix(texts: Texts, fix: Fix): Texts | undefined {
  return applyFileEdits(texts, fix.edits);
}

/** The texts that edits change, after them; undefined where they cannot be applied, as in `applyFix`. */
export function applyFileEdits(texts: Texts, edits: readonly FileEdit[]): Texts | undefined {
  const changed = new Map<string, string>();
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const text = texts.get(file);
    const ofFile = edits.filter((edit) => edit.file === file);
    const result = text === undefined ? undefined : applyEdits(text, ofFile);
    if (result === undefined) return undefined;
    changed.set(file, result);
  }
  return changed;
}

export interface FixResult {
  /** Changed files only, with their text after all fixes. */
  readonly changed: Texts;
  /** Findings that were fixed, in the order of application. */
  readonly fixed: readonly Finding[];
  /** The analysis of the texts as they are now. */
  readonly analysis: Analysis;
}

/** A fix can reveal the next finding; more rounds than this would mean two fixes that undo each other. */
const MAX_ROUNDS = 8;

/**
 * Applies the safe fixes of a file, analyses again, and goes on until none is left. Of fixes that overlap the first in
 * the file is taken, the other has its turn in the next round. Edits may also touch files of the build context that
 * the analysis read.
 */
export function fixAll(text: string, file: string, options: AnalysisOptions = {}): FixResult {
  const changed = new Map<string, string>();
  const fixed: Finding[] = [];
  const context = options.context && overlayContext(options.context, changed);
  const analyseNow = (): Analysis => analyse(changed.get(file) ?? text, file, { ...options, context });

  let analysis = analyseNow();
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const texts = new Map([...analysis.files, [file, changed.get(file) ?? text]]);
    const step = chooseFixes(texts, analysis.findings);
    if (step.fixed.length === 0) break;
    fixed.push(...step.fixed);
    for (const [name, result] of applyFileEdits(texts, step.edits) ?? []) changed.set(name, result);
    analysis = analyseNow();
  }
  return { changed, fixed, analysis };
}

/** The first safe fix of each finding, as long as it changes something and does not overlap those chosen before. */
function chooseFixes(texts: Texts, findings: readonly Finding[]): { readonly edits: readonly FileEdit[]; readonly fixed: readonly Finding[] } {
  const edits: FileEdit[] = [];
  const fixed: Finding[] = [];
  for (const finding of findings) {
    const fix = finding.fixes.find(({ safe }) => safe);
    if (fix === undefined || fix.edits.some((edit) => edits.some((chosen) => meets(edit, chosen)))) continue;
    const result = applyFix(texts, fix);
    if (result === undefined || [...result].every(([file, text]) => texts.get(file) === text)) continue;
    edits.push(...fix.edits);
    fixed.push(finding);
  }
  return { edits, fixed };
}

/** True when two edits touch: overlap, or insert at one place, where the result would hang on the order. */
function meets(a: FileEdit, b: FileEdit): boolean {
  return a.file === b.file && a.range.start <= b.range.end && b.range.start <= a.range.end;
}

/** A build context in which `changed` stands for what the disk holds. */
export function overlayContext(context: ContextReader, changed: Texts): ContextReader {
  return {
    readText: (path) => changed.get(context.fileName(path)) ?? context.readText(path),
    exists: (path) => context.exists(path),
    fileName: (path) => context.fileName(path),
  };
}
