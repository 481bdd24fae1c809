import { ngcRelease, ngcValue } from '../../facts/ngc-images';
import { joinComma, msg, type Text } from '../../l10n/message';
import type { StackState } from '../../stack/model';
import { findComponent } from '../../stack/query';
import { judgeDriver, type DriverDemand, type DriverVerdict } from '../../target/judge-driver';
import type { Target } from '../../target/model';
import { nameGpu, nameTarget } from '../../target/read';
import type { Location } from '../../text/range';
import { compareDotted, majorMinorOf, majorOf } from '../../version/dotted';
import { defineRule, type Fix, type Report, type Severity } from '../model';
import { findPart, nameOf } from '../support/image-uses';
import { distinctEvidence, finalStage, retagToCuda, shippedCuda, type ShippedCuda } from '../support/targets';
import { findTorchWheel, type TorchWheel } from '../support/torch-wheel';

type MessageId = DriverVerdict['kind'] | 'wheel';

const SEVERITIES: Readonly<Record<DriverVerdict['kind'], Severity>> = { tooOld: 'error', refused: 'warning', forwardOnly: 'warning', partial: 'information' };
/** The worst first. */
const KINDS: readonly DriverVerdict['kind'][] = ['tooOld', 'refused', 'forwardOnly', 'partial'];

const PRODUCTION = [{ name: 'production', gpus: ['A100'], driver: '535.183.06' }];

export const rule = defineRule<MessageId>({
  id: 'cuda-driver-too-old',
  family: 'cuda',
  severity: 'error',
  summary: 'The driver of a target is older than the CUDA of the image needs.',
  messages: {
    tooOld: '{what} needs driver {needed} or newer, and {targets}: `{error}`.',
    refused: '{what} asks for driver {needed}, and {targets}: the container is not started, `unsatisfied condition: cuda>={cuda}`.',
    forwardOnly: '{what} needs driver {needed} or newer, and {targets}: the cuda-compat of the image can bridge that on data-center GPUs; on others, error 804 `forward compatibility was attempted on non supported HW`.',
    partial: '{what} came with driver {needed}, and {targets}: it runs by minor-version compatibility, without PTX of this CUDA (`the provided PTX was compiled with an unsupported toolchain`) and what else is new in the driver.',
    wheel: '{what} brings CUDA {cuda}, which needs driver {needed} or newer, and {targets}: `The NVIDIA driver on your system is too old`.',
  },
  docs: {
    what: 'A target of `.trtc.yaml` (or of the setting `tensorrt.targets`, or `--driver`) has a driver that is older than what the CUDA of the final image, of an NGC release or of a PyTorch wheel needs.',
    why: 'The driver is the host’s: an image cannot bring its own. From CUDA 11 on a driver runs [every minor version of its major](https://docs.nvidia.com/deploy/cuda-compatibility/), except for PTX, which has to be compiled on the host. A higher major needs `cuda-compat`, on data-center GPUs alone. Besides, `nvidia/cuda` images state in `NVIDIA_REQUIRE_CUDA` which older drivers may start them, and since 12.5 those of GeForce are not among them.',
    instead: 'Take an image with an older CUDA, or update the driver of the host.',
    silent: 'No target names a driver, the CUDA of the image is not known, or the target is a Jetson.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a driver of the last CUDA major',
      text: 'FROM nvidia/cuda:«13.0.1»-base-ubuntu22.04\n',
      targets: [{ name: 'laptop', gpus: ['RTX 4090'], driver: '535.183.06' }],
      messageId: 'tooOld',
      fixed: 'FROM nvidia/cuda:12.2.2-base-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'an old NGC driver',
      text: 'FROM nvcr.io/nvidia/tritonserver:«23.08»-py3\n',
      targets: [{ name: 'edge', gpus: ['RTX A4000'], driver: '460.32.03' }],
      messageId: 'tooOld',
      fixed: 'FROM nvcr.io/nvidia/tritonserver:21.03-py3\n',
    },
    {
      kind: 'bad',
      title: 'GeForce below the CUDA of the image',
      text: 'FROM nvidia/cuda:«12.8.1»-runtime-ubuntu22.04\n',
      targets: [{ name: 'laptop', gpus: ['GeForce RTX 4090'], driver: '550.54.15' }],
      messageId: 'refused',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'a GPU that is not named',
      text: 'FROM nvidia/cuda:«13.0.1»-runtime-ubuntu22.04\n',
      targets: [{ name: 'cluster', driver: '535' }],
      messageId: 'forwardOnly',
      severity: 'warning',
      fixed: 'FROM nvidia/cuda:12.2.2-runtime-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'the same major',
      text: 'FROM nvidia/cuda:«12.4.1»-runtime-ubuntu22.04\n',
      targets: PRODUCTION,
      messageId: 'partial',
      severity: 'information',
      fixed: 'FROM nvidia/cuda:12.2.2-runtime-ubuntu22.04\n',
    },
    {
      kind: 'bad',
      title: 'CUDA inside a wheel',
      text: 'FROM python:3.11-slim\nRUN pip install «torch==2.1.2»\n',
      targets: [{ name: 'old', gpus: ['V100'], driver: '470.57.02' }],
      messageId: 'wheel',
    },
    {
      kind: 'good',
      title: 'the driver of this CUDA',
      text: 'FROM nvidia/cuda:12.2.2-runtime-ubuntu22.04\n',
      targets: PRODUCTION,
    },
    {
      kind: 'good',
      title: 'forward compatibility on a data-center GPU',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n',
      targets: [{ name: 'cluster', gpus: ['V100'], driver: '470.57.02' }],
    },
    {
      kind: 'good',
      title: 'no target',
      text: 'FROM nvidia/cuda:13.0.1-base-ubuntu22.04\n',
    },
  ],
  check({ report, stack, targets }) {
    const withDriver = targets.filter(({ driver }) => driver !== undefined);
    const stage = finalStage(stack);
    if (withDriver.length === 0 || stage === undefined) return;
    const cuda = shippedCuda(stack);
    if (cuda !== undefined) reportImage(cuda, stage.final, withDriver, report);
    const wheel = findTorchWheel(stack, stage);
    if (wheel !== undefined) reportWheel(wheel, withDriver, report);
  },
});

type Reporter = (report: Report<MessageId>) => void;

interface Failure {
  readonly target: Target;
  readonly verdict: DriverVerdict;
}

function reportImage(cuda: ShippedCuda, state: StackState, targets: readonly Target[], report: Reporter): void {
  const demand = demandOf(cuda, state);
  const failures = judge(targets, demand);
  const what = cuda.use === undefined ? `CUDA ${cuda.version}` : nameOf(cuda.use.image);
  const minor = majorMinorOf(cuda.version) ?? cuda.version;
  const weak = cuda.component.certainty === 'assumed' || cuda.use?.image.mirrored === true;
  const fixes = failures.length === 0 ? [] : retagToCuda(cuda.use, (version) => compareDotted(version, minor) < 0 && judge(targets, { cuda: version, checked: demand.checked, compat: false }).length === 0);
  reportFailures(failures, { what, cuda: minor }, cuda.location, fixes, weak, report);
}

function demandOf({ version, use }: ShippedCuda, state: StackState): DriverDemand {
  const env = (name: string): string | undefined => state.env.get(name)?.value;
  const ofCudaImage = use?.image.family === 'nvidia-cuda';
  const ngc = use?.image.family.startsWith('ngc-') === true;
  const release = use && findPart(use.image, 'release')?.value;
  const row = use === undefined || release === undefined ? undefined : ngcRelease(use.image.canonical, release);
  const named = row && ngcValue(row, 'driverMin');
  const branches = row && ngcValue(row, 'driverBranches')?.value.split(' ').flatMap((version) => majorOf(version) ?? []);
  return {
    cuda: version,
    driverMin: ngc && named !== undefined ? { version: named.value, evidence: named.evidence } : undefined,
    checked: ofCudaImage && use.image.reference.digest === undefined && !isOn(env('NVIDIA_DISABLE_REQUIRE')) && env('NVIDIA_REQUIRE_CUDA') === undefined,
    branches: ngc ? branches : undefined,
    compat: ngc || findComponent(state, 'cuda-compat') !== undefined,
  };
}

/** The container toolkit reads 1, t, true and the like. */
function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|true)$/i.test(value);
}

function reportWheel({ version, cuda, component }: TorchWheel, targets: readonly Target[], report: Reporter): void {
  const failures = judge(targets, { cuda, checked: false, compat: false }).filter(({ verdict }) => verdict.kind === 'tooOld');
  const [first] = failures;
  if (first === undefined) return;
  report({
    messageId: 'wheel',
    ...(component.certainty === 'assumed' ? { severity: 'warning' } : undefined),
    data: { what: `PyTorch ${version}`, cuda, needed: first.verdict.needed, targets: describeTargets(failures) },
    location: component.where,
    evidence: distinctEvidence(failures.flatMap(({ verdict }) => verdict.evidence)),
  });
}

function judge(targets: readonly Target[], demand: DriverDemand): readonly Failure[] {
  return targets.flatMap((target) => {
    const verdict = judgeDriver(target, demand);
    return verdict === undefined ? [] : [{ target, verdict }];
  });
}

/** The worst kind with all its targets; what other targets suffer stands beside it. */
function reportFailures(failures: readonly Failure[], data: Readonly<Record<'what' | 'cuda', string>>, location: Location, fixes: readonly Fix[], weak: boolean, report: Reporter): void {
  const kind = KINDS.find((each) => failures.some(({ verdict }) => verdict.kind === each));
  const worst = failures.filter(({ verdict }) => verdict.kind === kind);
  const [first] = worst;
  if (kind === undefined || first === undefined) return;
  const others = failures.filter((failure) => !worst.includes(failure));
  report({
    messageId: kind,
    severity: weak && SEVERITIES[kind] === 'error' ? 'warning' : SEVERITIES[kind],
    data: { ...data, needed: first.verdict.needed, targets: describeTargets(worst), error: errorOf(first.verdict, data.cuda) },
    location,
    evidence: distinctEvidence(worst.flatMap(({ verdict }) => verdict.evidence)),
    related: others.length === 0 ? [] : [{ location, message: msg`Besides, ${describeTargets(others)}, where driver ${others[0]?.verdict.needed ?? ''} is asked for.` }],
    fixes,
  });
}

/** What the reader will see. */
function errorOf({ refused, gpu }: DriverVerdict, cuda: string): string {
  if (refused) return `unsatisfied condition: cuda>=${cuda}`;
  return gpu === undefined ? 'CUDA driver version is insufficient for CUDA runtime version' : 'Error 804: forward compatibility was attempted on non supported HW';
}

/** `production has 535.183.06, laptop has 470 for its GeForce RTX 3090`. */
function describeTargets(failures: readonly Failure[]): Text {
  return joinComma(
    failures.map(({ target, verdict: { gpu } }) => (gpu === undefined ? msg`${nameTarget(target)} has ${target.driver ?? ''}` : msg`${nameTarget(target)} has ${target.driver ?? ''} for its ${nameGpu(gpu)}`)),
  );
}
