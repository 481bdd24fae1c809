import { analyse, type AnalysisOptions } from '../engine/analyse';
import { applyFileEdits, overlayContext, type Texts } from '../engine/fix';
import { listStacks } from '../engine/stacks';
import { ngcReleases, ngcValue } from '../facts/ngc-images';
import { toolkits } from '../facts/cuda-toolkits';
import { decodeImage } from '../image/decode';
import type { DecodedImage, TagStatus } from '../image/model';
import { cudaTagFor, nearestServedCudaTags } from '../image/suggest';
import type { Message } from '../l10n/message';
import type { Finding } from '../rules/model';
import { editTag } from '../rules/support/edit-tag';
import { knownVersion } from '../stack/query';
import type { StackReport, StageStack } from '../stack/model';
import { applyEdits, type FileEdit } from '../text/edit';
import { compareDotted, hasPrefix, majorMinorOf } from '../version/dotted';
import { bringLibraries } from './bring-libraries';
import { compareContents } from './compare-contents';
import { followCuda, type CudaMove } from './follow-cuda';
import { countByRule, listNew } from './new-findings';

/** A file with another CUDA. */
export interface CudaChange {
  /** Changed files only, with their text afterwards. */
  readonly changed: Texts;
  /** The images that gave way, as they were and as they are. */
  readonly images: readonly { readonly before: string; readonly after: string }[];
  /** Images with CUDA for which no tag with the new one is known. */
  readonly kept: readonly string[];
  /** What else becomes another thing: the distribution, the major version of a library. */
  readonly notes: readonly Message[];
  /** Findings that the file did not have before, and that no known fix removes: what does not fit the new CUDA. */
  readonly remaining: readonly Finding[];
}

/** Options of an analysis, and which stages keep their image: those of the stack `stack` with the index `stage`. */
export interface ChangeOptions extends AnalysisOptions {
  readonly keeps?: (stack: number, stage: number) => boolean;
}

/** A fix can make room for the next one; more rounds would mean fixes that undo each other. */
const MAX_ROUNDS = 24;

/** CUDA minor versions for which nvidia/cuda serves images, newest first: `12.4`. */
export function listCudaVersions(): readonly string[] {
  const minors = new Set(toolkits().flatMap(({ version }) => majorMinorOf(version) ?? []));
  return [...minors].filter((cuda) => SYSTEMS.some((os) => cudaTagFor({ cuda, flavor: 'base', cudnn: undefined, os }) !== undefined)).sort((a, b) => compareDotted(b, a));
}

const SYSTEMS = ['ubuntu24.04', 'ubuntu22.04', 'ubuntu20.04', 'ubuntu18.04', 'ubi9', 'ubi8', 'rockylinux8', 'rockylinux9'];

/**
 * Gives a Dockerfile, Compose file or devcontainer.json another CUDA (`12.4`, `12.4.1`): the base images first, each
 * where its tag is written, in an ARG, a build argument of Compose or FROM; with them packages of the toolkit, its folder
 * and variables that name the version; then, by the fixes of the rules that the change calls up, pins, packages, wheels,
 * indexes and architectures, and pinned libraries in the nearest build for the new CUDA, until nothing new is found.
 * Undefined for a file without an image whose CUDA can be changed. Never throws; files are given back, not written.
 */
export function changeCuda(text: string, file: string, cuda: string, { keeps, ...options }: ChangeOptions = {}): CudaChange | undefined {
  const changed = new Map<string, string>();
  const context = options.context && overlayContext(options.context, changed);
  const own = { ...options, context };
  const textNow = (): string => changed.get(file) ?? text;
  const before = countByRule(analyse(text, file, own).findings);

  const images: { before: string; after: string }[] = [];
  const kept: string[] = [];
  const edits = new Map<string, FileEdit>();
  const stacks = listStacks(text, file, own);
  const moves = stacks.map(() => new Map<number, CudaMove>());
  for (const [i, stage] of stacks.flatMap((stack, i) => stack.stages.map((stage) => [i, stage] as const))) {
    const { reference, parsed, image } = stage.base;
    const present = knownVersion(image?.components.find(({ kind }) => kind === 'cuda')?.version);
    if (image === undefined || parsed === undefined || present === undefined || hasPrefix(present, cuda) || keeps?.(i, stage.stage.index) === true) continue;
    const tag = chooseTag(image, cuda);
    const change = tag === undefined ? undefined : editTag(reference, parsed, tag);
    if (tag === undefined || change === undefined) {
      if (!kept.includes(reference.value)) kept.push(reference.value);
      continue;
    }
    for (const edit of change) edits.set(`${edit.file}:${edit.range.start}:${edit.range.end}`, edit);
    const after = reference.value.slice(0, reference.value.length - (parsed.tag ?? '').length) + tag;
    if (!images.some((one) => one.before === reference.value)) images.push({ before: reference.value, after });
    const brings = knownVersion(decodeImage(after, options.overlay)?.components.find(({ kind }) => kind === 'cuda')?.version);
    if (brings !== undefined) moves[i]?.set(stage.stage.index, { before: present, after: brings });
  }
  if (edits.size === 0) return undefined;
  const texts = new Map([...stacks.flatMap(listTexts), [file, text] as const]);
  for (const name of new Set([...edits.values()].map((edit) => edit.file))) {
    const result = applyEdits(texts.get(name) ?? '', [...edits.values()].filter((edit) => edit.file === name));
    if (result === undefined) return undefined;
    changed.set(name, result);
  }

  /** The file as it would be with some more texts, and what is found in it then that was not before. */
  const lookAhead = (result: Texts): { readonly after: string; readonly overlaid: AnalysisOptions; readonly found: number } => {
    const after = result.get(file) ?? textNow();
    const overlaid = { ...own, context: options.context && overlayContext(options.context, new Map([...changed, ...result])) };
    return { after, overlaid, found: listNew(analyse(after, file, overlaid).findings, before).length };
  };
  const allTexts = (stacks: readonly StackReport[]): Texts => new Map([...stacks.flatMap(listTexts), ...changed, [file, textNow()] as const]);

  let found = listNew(analyse(textNow(), file, own).findings, before).length;
  // Each is tried by itself: what cannot follow keeps nothing else behind.
  for (let round = 0, skipped = 0; round < MAX_ROUNDS; round++) {
    const now = listStacks(textNow(), file, own);
    const edits = now.flatMap((stack, i) => followCuda(stack, moves[i] ?? new Map<number, CudaMove>()))[skipped];
    if (edits === undefined) break;
    const result = applyFileEdits(allTexts(now), edits);
    const ahead = result && lookAhead(result);
    if (result === undefined || ahead === undefined || ahead.found > found) skipped++;
    else {
      found = ahead.found;
      for (const [name, changedText] of result) changed.set(name, changedText);
    }
  }

  const wanted = readBases(listStacks(textNow(), file, own));
  const tried = new Set<string>();
  let remaining: readonly Finding[] = [];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const analysis = analyse(textNow(), file, own);
    remaining = listNew(analysis.findings, before);
    const known = new Map([...analysis.files, ...changed, [file, textNow()] as const]);
    const brought = remaining.length === 0 || analysis.stack === undefined ? [] : [analysis.stack].flat().flatMap((stack) => bringLibraries(stack, cuda));
    const step = chooseFix([...remaining.flatMap(({ fixes }) => fixes.map(({ edits }) => edits)), ...brought], known, tried, (result) => {
      const { after, overlaid, found } = lookAhead(result);
      // A fix that takes the image back, or trades one finding for another, is no help.
      return found < remaining.length && readBases(listStacks(after, file, overlaid)) === wanted;
    });
    if (step === undefined) break;
    for (const [name, result] of step) changed.set(name, result);
  }
  return { changed, images, kept, notes: compareContents(stacks, listStacks(textNow(), file, own)), remaining };
}

function listTexts(stack: StackReport): (readonly [string, string])[] {
  return [...stack.files, [stack.dockerfile.file, stack.dockerfile.text] as const];
}

/** The images that a file starts from, as one text to compare by. */
function readBases(stacks: readonly StackReport[]): string {
  return stacks.flatMap(({ stages }) => stages.map(({ base }: StageStack) => base.reference.value)).join('\n');
}

/** The tag of the same image that has the wished CUDA and differs in nothing else, where there is one; else the nearest. */
function chooseTag(image: DecodedImage, cuda: string): string | undefined {
  const os = image.components.find(({ kind }) => kind === 'os');
  const osVersion = knownVersion(os?.version);
  if (image.family === 'nvidia-cuda') {
    if (image.flavor === undefined || os?.name === undefined || osVersion === undefined) return undefined;
    const had = image.components.find(({ kind }) => kind === 'cudnn');
    const wish = { cuda, flavor: image.flavor, os: `${os.name}${osVersion}` };
    const major = knownVersion(had?.version)?.split('.')[0];
    const [nearest] = nearestServedCudaTags({ ...wish, cudnn: had === undefined ? undefined : (major ?? '') });
    const tag = cudaTagFor({ ...wish, cudnn: had === undefined ? undefined : (major ?? '') }) ?? (had === undefined ? undefined : cudaTagFor({ ...wish, cudnn: '' })) ?? nearest;
    return tag !== undefined && tag.startsWith(cuda) ? tag : undefined;
  }
  if (/^nvcr\.io\/nvidia\/(?:tensorrt|pytorch|tritonserver|tensorflow)$/.test(image.canonical)) {
    const written = image.reference.tag?.replace(/^[\d.]+/, '') ?? '';
    const isTensorFlow = image.canonical.endsWith('/tensorflow');
    // Until 19.10 the image was TensorFlow 1 alone and its tags did not say so.
    const suffix = isTensorFlow && written === '-py3' ? '-tf1-py3' : written;
    const fitting = ngcReleases(image.canonical).filter((row) => hasPrefix(ngcValue(row, 'cuda')?.value ?? '', cuda) && (!isTensorFlow || row.tags.includes(suffix.slice(1))));
    return [...fitting]
      .sort((a, b) => compareDotted(b.release, a.release))
      .map(({ release }) => `${release}${suffix}`)
      .find((tag) => !MISSING.has(decodeImage(`${image.canonical}:${tag}`)?.status ?? 'unknown'));
  }
  return undefined;
}

/** A variant that ended with an earlier release was never published in a later one. */
const MISSING: ReadonlySet<TagStatus> = new Set(['removed', 'delisted', 'never-existed']);

/** The first of several changes that helps, made. */
function chooseFix(changes: readonly (readonly FileEdit[])[], texts: Texts, tried: Set<string>, helps: (result: Texts) => boolean): Texts | undefined {
  for (const edits of changes) {
    const key = JSON.stringify(edits.map(({ file, range, newText }) => [file, range.start, range.end, newText]));
    if (tried.has(key)) continue;
    tried.add(key);
    const result = applyFileEdits(texts, edits);
    if (result !== undefined && helps(result)) {
      tried.clear();
      return result;
    }
  }
  return undefined;
}
