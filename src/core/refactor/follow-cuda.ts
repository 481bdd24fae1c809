import type { Instruction } from '../dockerfile/model';
import type { PackageSpec } from '../shell/installers/model';
import type { InstructionStep, StackReport, StageStack } from '../stack/model';
import type { FileEdit } from '../text/edit';
import { isInside } from '../text/path';
import { compareDotted, majorMinorOf } from '../version/dotted';

/** The CUDA that a base image had and that it has now, as far as each is known: `12.2.0`, `12.4.1`. */
export interface CudaMove {
  readonly before: string;
  readonly after: string;
}

/**
 * Packages of the toolkit that CUDA 11.4 and 13.0 both have under one name, with the version behind it: components by
 * https://developer.download.nvidia.com/compute/cuda/redist/redistrib_11.4.4.json and redistrib_13.0.0.json (as kept in
 * NixOS/nixpkgs, pkgs/development/cuda-modules/cuda/manifests), metapackages by the Linux installation guide, 2026-11-20.
 */
const STABLE_PACKAGE =
  /^(?:cuda-(?:toolkit|tools|compiler|libraries(?:-dev)?|command-line-tools|minimal-build|runtime|compat|cccl|cudart(?:-dev)?|cuobjdump|cupti(?:-dev)?|cuxxfilt|gdb|nvcc|nvdisasm|nvml-dev|nvprune|nvrtc(?:-dev)?|nvtx|sanitizer)|lib(?:cublas|cufft|cufile|curand|cusolver|cusparse|npp|nvjpeg)(?:-dev)?)-(\d+-\d+)$/;
/** Before it the libraries had other names. */
const FIRST_STABLE = '11.0';

/** Variables that hold a version of CUDA, not an architecture. */
const CUDA_VARIABLE = /CUDA(?!.*(?:ARCH|COMPUTE|CAPAB|GENCODE|SM))/;

/**
 * What goes with the CUDA of a base image and is no finding where it stays behind: packages of the toolkit that name the
 * version, the folder `/usr/local/cuda-12.2`, and variables that say the version once more. `moves` has the stages whose
 * image was changed by their index; stages built upon them, and those that copy the folder from them, follow. Each of the
 * lists can be applied without the others; places are those of the texts that `stack` was read from.
 */
export function followCuda({ dockerfile, stages }: StackReport, moves: ReadonlyMap<number, CudaMove>): readonly (readonly FileEdit[])[] {
  const moved = new Map<StageStack, CudaMove>();
  for (const stage of stages) {
    const move = moves.get(stage.stage.index) ?? (stage.base.stage && moved.get(stage.base.stage)) ?? copiedMove(stage, stages, moved);
    if (move !== undefined) moved.set(stage, move);
  }
  const parts = new Map<string, FileEdit>();
  const variables: FileEdit[] = [];
  const add = (edit: FileEdit): void => {
    parts.set(`${edit.file}:${edit.range.start}`, edit);
  };
  const { file, text } = dockerfile;
  for (const [{ steps }, move] of moved) {
    for (const step of steps) {
      for (const edit of listPackages(step).flatMap((spec) => renamePackage(spec, move))) add(edit);
      for (const edit of renameFolders(step.instruction, file, text, move)) add(edit);
      variables.push(...renameVariables(step.instruction, file, text, move));
    }
  }
  const all = [...moved.values()];
  const [first] = all;
  // What stands before the first FROM is for all stages.
  if (first !== undefined && all.every(({ before, after }) => before === first.before && after === first.after)) {
    for (const instruction of dockerfile.globals) {
      for (const edit of renameFolders(instruction, file, text, first)) add(edit);
      variables.push(...renameVariables(instruction, file, text, first));
    }
  }
  return [...(parts.size === 0 ? [] : [[...parts.values()]]), ...variables.map((edit) => [edit])];
}

/** The move of a stage from which a stage without a CUDA of its own copies the toolkit. */
function copiedMove({ stage: { instructions }, initial }: StageStack, stages: readonly StageStack[], moved: ReadonlyMap<StageStack, CudaMove>): CudaMove | undefined {
  if (initial.components.some(({ kind }) => kind === 'cuda')) return undefined;
  for (const instruction of instructions) {
    if (instruction.kind !== 'copy' || !instruction.sources.some(({ raw }) => isInside('/usr/local', raw))) continue;
    const name = instruction.flags.find((flag) => flag.name === 'from')?.value?.raw.toLowerCase();
    const source = stages.find(({ stage }) => stage.name === name || String(stage.index) === name);
    const move = source && moved.get(source);
    if (move !== undefined) return move;
  }
  return undefined;
}

function listPackages({ actions }: InstructionStep): readonly PackageSpec[] {
  return actions.flatMap(({ action }) => (action.kind === 'package-install' || action.kind === 'package-remove' || action.kind === 'package-hold' ? action.packages : []));
}

/** The package of the new version; one with a version of its own behind `=` stays: which build there is is not known. */
function renamePackage({ name, version }: PackageSpec, { before, after }: CudaMove): readonly FileEdit[] {
  const old = STABLE_PACKAGE.exec(name.value)?.[1];
  const [was, is] = [majorMinorOf(before), majorMinorOf(after)];
  if (old === undefined || version !== undefined || was === undefined || is === undefined || old !== was.replace('.', '-')) return [];
  if ([was, is].some((minor) => compareDotted(minor, FIRST_STABLE) < 0)) return [];
  const end = name.value.length;
  const whole = name.edit(end - old.length, end, is.replace('.', '-'));
  if (whole !== undefined) return [whole];
  // `cuda-nvcc-${CUDA_MAJOR}-${CUDA_MINOR}`
  const [major = '', minor = ''] = old.split('-');
  const [newMajor = '', newMinor = ''] = is.split('.');
  const edits = [
    ...(major === newMajor ? [] : [name.edit(end - old.length, end - old.length + major.length, newMajor)]),
    ...(minor === newMinor ? [] : [name.edit(end - minor.length, end, newMinor)]),
  ];
  return edits.every((edit) => edit !== undefined) ? edits : [];
}

function renameFolders({ range }: Instruction, file: string, text: string, { before, after }: CudaMove): readonly FileEdit[] {
  const [was, is] = [majorMinorOf(before), majorMinorOf(after)];
  if (was === undefined || is === undefined) return [];
  const folder = new RegExp(`/usr/local/cuda-${was.replace('.', '\\.')}(?![.\\d])`, 'g');
  return [...text.slice(range.start, range.end).matchAll(folder)].map(({ 0: { length }, index }) => {
    const end = range.start + index + length;
    return { file, range: { start: end - was.length, end }, newText: is };
  });
}

function renameVariables(instruction: Instruction, file: string, text: string, move: CudaMove): readonly FileEdit[] {
  const set = instruction.kind === 'arg' ? instruction.declarations : instruction.kind === 'env' ? instruction.assignments : [];
  return set.flatMap(({ name, value }) => {
    if (value === undefined || !CUDA_VARIABLE.test(name)) return [];
    const [, quote = '', written = ''] = /^(["']?)(.*)\1$/s.exec(text.slice(value.range.start, value.range.end)) ?? [];
    const newText = sayAgain(written, move);
    const start = value.range.start + quote.length;
    return newText === undefined ? [] : [{ file, range: { start, end: start + written.length }, newText }];
  });
}

/** A text that is the old version, as the new one in the same form: `12.2.0`, `12.2`, `12-2`. */
function sayAgain(written: string, { before, after }: CudaMove): string | undefined {
  const [was, is] = [majorMinorOf(before), majorMinorOf(after)];
  if (was === undefined || is === undefined) return undefined;
  if (written === was) return is;
  if (written === was.replace('.', '-')) return is.replace('.', '-');
  return written === before && after.split('.').length === before.split('.').length ? after : undefined;
}
