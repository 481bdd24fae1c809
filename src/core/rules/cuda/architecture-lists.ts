import { isArchitectureList, parseArchitectureList } from '../../shell/installers/architectures';
import type { ArchitectureRequest, Compile, PipInstall } from '../../shell/installers/model';
import type { ActionStep, InstructionStep, StackState, StageStack } from '../../stack/model';
import type { Traced } from '../../text/traced';

/** A place that asks for GPU architectures. */
export interface ArchitectureUse {
  /** The option or variable that holds the list; undefined for options of nvcc itself. */
  readonly name: string | undefined;
  /** The list, for a fix that rewrites it. */
  readonly value: Traced | undefined;
  readonly requests: readonly ArchitectureRequest[];
  /** What the stage holds when the list is read: at the command, or at the end of the stage for ENV and ARG. */
  readonly state: StackState;
  readonly step: InstructionStep;
  /** The build that the list is given to; undefined for ENV and ARG. */
  readonly build: Compile | PipInstall | undefined;
}

/** Variables that a build reads from its environment, whatever its command line says. */
const ENVIRONMENT = /^(?:TORCH_CUDA_ARCH_LIST|CUDAARCHS|TCNN_CUDA_ARCHITECTURES|NVTE_CUDA_ARCHS|FLASH_ATTN_CUDA_ARCHS|TF_CUDA_COMPUTE_CAPABILITIES|HOROVOD_BUILD_CUDA_CC_LIST|CUDA_COMPUTE_CAP)$/;

const listed = new WeakMap<StageStack, readonly ArchitectureUse[]>();

/** All lists of GPU architectures in a stage, in the order of the file. */
export function listArchitectures(stage: StageStack): readonly ArchitectureUse[] {
  let found = listed.get(stage);
  if (found === undefined) listed.set(stage, (found = stage.steps.flatMap((step) => [...variables(stage, step), ...step.actions.flatMap((action) => options(step, action))])));
  return found;
}

/** ENV, and ARG, whose value every later RUN finds in its environment too. */
function variables(stage: StageStack, step: InstructionStep): readonly ArchitectureUse[] {
  const { instruction } = step;
  const names =
    instruction.kind === 'env' ? instruction.assignments.map(({ name }) => name)
    : instruction.kind === 'arg' ? instruction.declarations.map(({ name }) => name)
    : [];
  return names.flatMap((name) => {
    const value = step.variable(name);
    // What comes from an ARG of one of these names is reported there.
    if (value === undefined || isFromVariable(value)) return [];
    const own = { state: stage.final, step, build: undefined };
    if (ENVIRONMENT.test(name)) return [{ name, value, requests: parseArchitectureList(value), ...own }];
    return instruction.kind === 'env' ? givenToCmake(value).map((given) => ({ ...given, ...own })) : [];
  });
}

/** A list among options for CMake that a variable hands on: `CMAKE_ARGS="-DGGML_CUDA=ON -DCMAKE_CUDA_ARCHITECTURES=89"`. */
const IN_OPTIONS = /-D\s*(CMAKE_CUDA_ARCHITECTURES)(?::[A-Z]+)?=["']?([^\s"']+)/g;

function givenToCmake(value: Traced): readonly Pick<ArchitectureUse, 'name' | 'value' | 'requests'>[] {
  if (!value.value.includes('CMAKE_CUDA_ARCHITECTURES')) return [];
  return [...value.value.matchAll(IN_OPTIONS)].map((match) => {
    const [text, name, list = ''] = match;
    const end = match.index + text.length;
    const part = value.slice(end - list.length, end);
    return { name, value: part, requests: parseArchitectureList(part) };
  });
}

function options(step: InstructionStep, { action, before }: ActionStep): readonly ArchitectureUse[] {
  if (action.kind !== 'compile' && action.kind !== 'pip-install') return [];
  const uses: ArchitectureUse[] = [];
  for (const { value } of action.command.assignments) {
    for (const given of givenToCmake(value)) uses.push({ ...given, state: before, step, build: action });
  }
  if (action.kind !== 'compile' || action.architectures.length === 0) return uses;
  const named = new Set<string>();
  const given = [...action.command.assignments.map(({ name, value }) => [name, value] as const), ...action.defines];
  for (const [name, value] of given) {
    if (!isArchitectureList(name)) continue;
    const requests = parseArchitectureList(value);
    for (const request of requests) named.add(keyOf(request));
    if (!isFromVariable(value)) uses.push({ name, value, requests, state: before, step, build: action });
  }
  const others = action.architectures.filter((request) => !named.has(keyOf(request)));
  if (others.length > 0) uses.push({ name: undefined, value: undefined, requests: others, state: before, step, build: action });
  return uses;
}

function isFromVariable({ pieces }: Traced): boolean {
  return pieces.some(({ use }) => use !== undefined && ENVIRONMENT.test(use.name));
}

function keyOf({ sm, range }: ArchitectureRequest): string {
  return `${sm} ${range.start}`;
}
