import { analyse, type AnalysisOptions } from '../../engine/analyse';
import { nvccPackages, type NvccPackage } from '../../facts/source-packages';
import { msg, type Message } from '../../l10n/message';
import type { StackReport, StageStack } from '../../stack/model';
import { chooseCopies } from './copies';
import { findLoss } from './judge';
import type { Refusal, StageSplit } from './model';
import type { Needs } from './needs';
import { listSetupPaths, readStage, type Reading } from './reading';
import { refuseByUse } from './references';
import { quoteCommand } from './run';
import { findRuntimeImage } from './runtime-image';
import { writeStages } from './write';

/**
 * Takes the stage at an offset of a Dockerfile apart: one stage that keeps the devel image, is given a name and is
 * otherwise as it was, and one on the runtime image with the same CUDA, into which the results are copied and which
 * keeps the name. What cannot be known is said in `check`; where the result would surely not run, or nothing that is
 * known can be copied, the answer is why. Never throws; the text is given back, not written.
 */
export function splitStage(text: string, file: string, offset: number, options: AnalysisOptions = {}): StageSplit | Refusal {
  const before = analyse(text, file, { ...options, kind: 'dockerfile' });
  const stack = before.stack;
  const stage = stack?.stages.findLast(({ stage: { from } }) => from.range.start <= offset) ?? stack?.stages[0];
  if (stack === undefined || stage === undefined) return { refusal: msg`There is no stage here.` };
  const runtime = findRuntimeImage(stage, text, options.overlay);
  if ('refusal' in runtime) return runtime;
  const used = refuseByUse(stack, stage);
  if (used !== undefined) return { refusal: used };
  const reading = readStage(text, file, stage);
  if (reading.lastBuild < 0) return { refusal: msg`Nothing is compiled or installed by other means than packages: FROM ${runtime.image} can take the place of the image as it is.` };
  const missing = findDeveloperProgram(reading.needs);
  if (missing !== undefined) return { refusal: msg`The container starts ${missing}, which the runtime image lacks.` };

  const late = findLateCompiler(stage);
  if (late !== undefined) return { refusal: msg`${late.package ?? late.vcs} compiles kernels when the program runs, and the runtime image has no nvcc: ${late.error}` };

  const copies = chooseCopies({ ...reading, setupPaths: listSetupPaths(reading) });
  const unknown = listUnknown(reading);
  if (copies.paths.length === 0) return { refusal: msg`It is not known where the build leaves its results: ${[...unknown, msg`no command installs or copies them to a place of their own`][0] ?? ''}.` };
  const name = chooseName(stack, stage);
  const written = writeStages(reading, stack, runtime, copies, name);
  const after = analyse(written.text, file, { ...options, kind: 'dockerfile' });
  const loss = findLoss(before, after, stage.stage.index);
  if (loss !== undefined) return { refusal: loss };
  return {
    text: written.text,
    build: name,
    image: runtime.image,
    done: [...copies.paths.map((path) => msg`${path} is copied from the build stage.`), ...copies.done, ...written.done],
    check: [...runtime.check, ...describeStart(reading.needs), ...describeOpenMp(stage, after.stack?.stages[stage.stage.index + 1]), ...unknown.map((command) => msg`What ${command} leaves outside the copied folders is not known.`), ...copies.check, ...written.check],
  };
}

/** Whether a split is worth offering at a stage: its image has a runtime flavor, and other stages allow it. Cheap. */
export function canSplit(stack: StackReport, stage: StageStack): boolean {
  return !('refusal' in findRuntimeImage(stage, stack.dockerfile.text, stack.overlay)) && refuseByUse(stack, stage) === undefined;
}

const DEVELOPER_PROGRAM = /^(?:nvcc|cuda-gdb|cuobjdump|nvdisasm|nvprof|nsys|ncu|compute-sanitizer|cuda-memcheck|gcc|g\+\+|cc|c\+\+|make|cmake|ninja|cargo|rustc)$/;

function findDeveloperProgram({ programs }: Needs): string | undefined {
  return programs.find((program) => DEVELOPER_PROGRAM.test(program.slice(program.lastIndexOf('/') + 1)));
}

/** A Python package that compiles CUDA code in the container; those that bring their kernels ready-made do not. */
function findLateCompiler({ steps }: StageStack): NvccPackage | undefined {
  const requirements = steps.flatMap(({ actions }) => actions.flatMap(({ action }) => (action.kind === 'pip-install' ? action.requirements : [])));
  if (requirements.some(({ name }) => name === 'flashinfer-cubin' || name === 'flashinfer-jit-cache')) return undefined;
  return requirements.flatMap(({ name, url }) => nvccPackages(name, url)).find(({ when, condition }) => when === 'run' && condition === null);
}

function describeStart({ interactive, programs }: Needs): readonly Message[] {
  if (interactive === 'nothing') return [msg`No CMD or ENTRYPOINT tells what runs in the container.`];
  return interactive === 'shell' ? [msg`The container starts ${programs[0] ?? 'sh'}: what is called in it is not known.`] : [];
}

/** The compiler of the devel image brings the library of OpenMP, which the runtime image lacks. */
function describeOpenMp({ steps, rootImage }: StageStack, fresh: StageStack | undefined): readonly Message[] {
  const compiles = steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'compile'));
  const installs = fresh?.steps.some(({ actions }) => actions.some(({ action }) => action.kind === 'package-install' && action.packages.some(({ name }) => /^libgomp/.test(name.value)))) === true;
  const name = rootImage?.packageManager === 'yum' ? 'libgomp' : 'libgomp1';
  return compiles && !installs ? [msg`Programs that use OpenMP need the package ${name}, which came with the compiler: install it in the runtime stage if one does.`] : [];
}

/** Commands whose results nobody knows. */
function listUnknown({ runs, text }: Reading): readonly string[] {
  return [...new Set([...runs.values()].flatMap(({ groups }) => groups.filter(({ effect }) => effect.kind === 'unknown').map((group) => quoteCommand(text, group))))];
}

function chooseName({ stages }: StackReport, { stage }: StageStack): string {
  const taken = new Set(stages.map((one) => one.stage.name));
  const names = ['build', 'builder', ...(stage.name === undefined ? [] : [`${stage.name}-build`]), 'build-stage'];
  return names.find((name) => !taken.has(name)) ?? `build-${stages.length}`;
}
