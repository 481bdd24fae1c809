import { analyse, analyseDockerfileInSteps, type Analysis, type AnalysisOptions } from '../engine/analyse';
import { applyFileEdits, applyFix, overlayContext, type Texts } from '../engine/fix';
import { fileKind } from '../file-kind';
import { msg } from '../l10n/message';
import type { Finding, Fix } from '../rules/model';
import { runToEnd, type Steps } from '../steps';
import { listLineEdits } from '../text/line-changes';
import { countByRule, listNew } from './new-findings';

/** So many fixes go together at most: one that needs more is no quick fix. */
const MAX_TOGETHER = 4;

/**
 * As `analyse`, with fixes that leave nothing new behind alone (`completeFixes`). Each fix costs an analysis: those of
 * findings that `isWanted` refuses are not tried, and left as they are.
 */
export function analyseWithWholeFixes(text: string, file: string, options: AnalysisOptions = {}, isWanted: (finding: Finding) => boolean = () => true): Analysis {
  const analysis = analyse(text, file, options);
  const { findings, files } = analysis;
  return { ...analysis, findings: findings.map((finding) => (isWanted(finding) ? { ...finding, fixes: runToEnd(completeFixes(finding, findings, text, file, files, options)) } : finding)) };
}

/**
 * The fixes of one of a file's findings, tried out: one that brings up a finding that was not there is put together with
 * the fixes of that finding, in one edit, where those bring up nothing more; else it is left out. `findings` are all of
 * the file's, `files` the other texts that were read for them. Pauses behind each analysis.
 */
export function* completeFixes(finding: Finding, findings: readonly Finding[], text: string, file: string, files: Texts, options: AnalysisOptions): Steps<readonly Fix[]> {
  if (finding.fixes.length === 0) return finding.fixes;
  const texts = new Map([...files, [file, text]]);
  const before = countByRule(findings);
  const complete: Fix[] = [];
  for (const fix of finding.fixes) {
    const whole = yield* completeFix(fix, finding.rule, texts, before, file, options);
    if (whole !== undefined && !complete.some(({ edits }) => JSON.stringify(edits) === JSON.stringify(whole.edits))) complete.push(whole);
  }
  return complete;
}

function* completeFix(fix: Fix, rule: string, texts: Texts, before: ReadonlyMap<string, number>, file: string, options: AnalysisOptions): Steps<Fix | undefined> {
  let changed = applyFix(texts, fix);
  if (changed === undefined) return undefined;
  const first = yield* analyseChanged(changed, texts, file, options);
  let found = listNew(first.findings, before);
  if (found.length === 0) return fix;
  const left = countByRule(first.findings).get(rule) ?? 0;
  let { title, safe } = fix;
  for (let together = 1; together < MAX_TOGETHER && found.length > 0; together++) {
    let next: typeof found | undefined;
    for (const other of found.flatMap(({ fixes }) => fixes)) {
      const result = applyFileEdits(new Map([...texts, ...changed]), other.edits);
      if (result === undefined) continue;
      const both: Texts = new Map([...changed, ...result]);
      const { findings } = yield* analyseChanged(both, texts, file, options);
      const remaining = listNew(findings, before);
      // What takes the first fix back, or trades one finding for another, is no help.
      if (remaining.length >= found.length || (countByRule(findings).get(rule) ?? 0) > left) continue;
      [next, changed, title, safe] = [remaining, both, msg`${title}; ${other.title}`, safe && other.safe];
      break;
    }
    if (next === undefined) return undefined;
    found = next;
  }
  if (found.length > 0) return undefined;
  return { title, safe, edits: [...changed].flatMap(([name, after]) => listLineEdits(texts.get(name) ?? '', after).map((edit) => ({ file: name, ...edit }))) };
}

function* analyseChanged(changed: Texts, texts: Texts, file: string, options: AnalysisOptions): Steps<Analysis> {
  const overlaid = { ...options, stack: undefined, memory: undefined, context: options.context && overlayContext(options.context, changed) };
  const text = changed.get(file) ?? texts.get(file) ?? '';
  const analysis = (options.kind ?? fileKind(file)) === 'dockerfile' ? yield* analyseDockerfileInSteps(text, file, overlaid) : analyse(text, file, overlaid);
  yield;
  return analysis;
}
