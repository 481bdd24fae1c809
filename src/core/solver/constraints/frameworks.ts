import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, type TensorFlowRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import { compareDotted, firstParts, majorMinorOf, majorOf } from '../../version/dotted';
import { defineConstraint, fits, no, note, partial, unknown, type Constraint, type Verdict } from '../constraint';
import type { CudnnChoice } from '../values';
import { isSameMinor } from '../wishes';
import { cudaVerdict } from './image';

/** What the wheels of PyTorch, TensorFlow and ONNX Runtime need. */
export const frameworkConstraints: readonly Constraint[] = [
  defineConstraint('torch-python', ['torch', 'python'], (choice, { version: python }) => {
    if (choice.via === 'image') return undefined;
    const { python: pythons, source, checked } = choice.release;
    return onPython(`PyTorch ${choice.version}`, pythons, python, source, checked);
  }),
  defineConstraint('torch-cuda', ['base', 'torch'], (base, choice) => {
    if (choice.via === 'image') return undefined;
    if (majorOf(choice.cuda) === majorOf(base.cuda.value)) return undefined;
    return note(() => msg`The wheel of PyTorch brings CUDA ${choice.cuda} beside the image's ${base.cuda.value}.`);
  }),
  defineConstraint(
    'torch-compile',
    ['base', 'torch'],
    (base, choice) => {
      if (choice.via === 'image' || isSameMinor(base.cuda.value, choice.cuda)) return undefined;
      const [version, built, present] = [choice.version, choice.cuda, base.cuda.value];
      return majorOf(present) === majorOf(built)
        ? note(() => msg`PyTorch ${version} is built for CUDA ${built}; extensions compiled with nvcc ${present} load with a warning.`)
        : no(() => msg`PyTorch ${version} is built for CUDA ${built}; extensions compiled with nvcc ${present} are refused: the major versions differ.`);
    },
    'wish-compile',
  ),
  defineConstraint('tensorflow-python', ['tensorflow', 'python'], (choice, { version: python }) =>
    choice.via === 'image' ? undefined : onPython(`TensorFlow ${choice.version}`, choice.release.python ?? undefined, python, choice.release.source, frameworksChecked()),
  ),
  defineConstraint('tensorflow-cuda', ['base', 'tensorflow'], (base, choice) => (choice.via === 'image' ? undefined : cited(cudaVerdict(`TensorFlow ${choice.version}`, choice.release.cuda, base), choice.release))),
  defineConstraint('tensorflow-cudnn', ['tensorflow', 'cudnn'], (choice, cudnn) => {
    if (choice.via === 'image') return undefined;
    return cited(onCudnn(`TensorFlow ${choice.version}`, choice.release.cudnn, cudnn, true), choice.release);
  }),
  defineConstraint('tensorflow-tensorrt', ['tensorflow', 'tensorrt'], (choice, tensorrt) => {
    if (choice.via === 'image' || tensorrt.via === 'image') return undefined;
    const { tensorrt: wanted } = choice.release;
    const name = `TensorFlow ${choice.version}`;
    if (wanted === null) return unknown(() => msg`Which TensorRT ${name} uses is not in the tables.`);
    if (wanted === 'none') return partial(() => msg`${name} is built without TensorRT; the two work side by side.`, evidenceOf(choice.release));
    // From 2.15 on the very release is looked for: libnvinfer.so.8.6.1.
    const isExact = compareDotted(choice.version, '2.15') >= 0;
    const serves = isExact ? wanted === tensorrt.release.version : majorOf(wanted) === majorOf(tensorrt.release.version);
    if (serves) return fits(() => msg`${name} finds TensorRT ${tensorrt.release.version}.`, evidenceOf(choice.release));
    return partial(() => msg`${name} looks for TensorRT ${isExact ? wanted : (majorOf(wanted) ?? wanted)} and runs without it; TensorRT ${tensorrt.release.version} is there beside it.`, evidenceOf(choice.release));
  }),
  defineConstraint('onnxruntime-python', ['onnxruntime', 'python'], (choice) =>
    unknown(() => msg`For which Pythons ONNX Runtime ${choice.version} has wheels is not in the tables.`),
  ),
  defineConstraint('onnxruntime-cuda', ['base', 'onnxruntime'], (base, choice) => {
    return quoted(cudaVerdict(`ONNX Runtime ${choice.version}`, choice.cuda, base), choice.build);
  }),
  defineConstraint('onnxruntime-cudnn', ['onnxruntime', 'cudnn'], (choice, cudnn) => {
    const name = `ONNX Runtime ${choice.version}`;
    return choice.build.cudnn === null ? unknown(() => msg`Which cuDNN ${name} needs is not in the tables.`) : quoted(onCudnn(name, choice.build.cudnn.replace(/\.x$/, ''), cudnn, false), choice.build);
  }),
  defineConstraint('onnxruntime-tensorrt', ['onnxruntime', 'tensorrt'], (choice, tensorrt) => {
    if (tensorrt.via === 'image') return undefined;
    const wanted = choice.build.tensorrt;
    const name = `ONNX Runtime ${choice.version}`;
    if (wanted === null) return unknown(() => msg`Which TensorRT the execution provider of ${name} needs is not in the tables.`);
    const there = tensorrt.release.version;
    const fact = (): Evidence => ({ fact: msg`${name} is built with TensorRT ${wanted}.`, source: choice.build.source, checked: frameworksChecked() });
    if (majorOf(wanted) !== majorOf(there)) return partial(() => msg`The TensorRT provider of ${name} needs TensorRT ${wanted}; TensorRT ${there} does not serve it. The CUDA provider works.`, fact);
    return isSameMinor(wanted, there) ? fits(() => msg`${name} is built with TensorRT ${wanted}.`, fact) : note(() => msg`${name} is built with TensorRT ${wanted}; ${there} is of the same major version.`, fact);
  }),
];

function onPython(name: string, pythons: readonly string[] | undefined, python: string, source: string, checked: string): Verdict {
  if (pythons === undefined || python === '') return unknown(() => msg`Whether ${name} has wheels for ${python === '' ? msg`the image's Python` : `Python ${python}`} is not in the tables.`);
  const evidence = (): Evidence => ({ fact: msg`${name} has wheels for Python ${pythons.join(', ')}.`, source, checked });
  return pythons.includes(python) ? fits(() => msg`${name} has wheels for Python ${python}.`, evidence) : no(() => msg`${name} has wheels for Python ${pythons.join(', ')}, not for ${python}.`, evidence);
}

/** The same major version is needed, and for those that check it a minor version that is not older. */
function onCudnn(name: string, wanted: string, cudnn: CudnnChoice, checksMinor: boolean): Verdict {
  const there = cudnn.version;
  if (there === undefined) return no(() => msg`${name} needs cuDNN ${wanted}.`);
  if (there === '') return unknown(() => msg`${name} needs cuDNN ${wanted}; which one is there is not in the tables.`);
  if (majorOf(wanted) !== majorOf(there)) return no(() => msg`${name} needs cuDNN ${majorOf(wanted) ?? wanted}, not ${there}.`);
  const minor = majorMinorOf(there);
  const wantedMinor = firstParts(wanted, 2);
  if (checksMinor && wantedMinor.includes('.')) {
    if (minor === undefined) return unknown(() => msg`${name} needs cuDNN ${wantedMinor} or newer; of the one that is there only ${there} is known.`);
    if (compareDotted(minor, wantedMinor) < 0) return no(() => msg`${name} needs cuDNN ${wantedMinor} or a newer minor version of it, not ${there}.`);
  }
  return fits(() => msg`${name} needs cuDNN ${wanted}; ${there} is there.`);
}

function evidenceOf(release: TensorFlowRelease): () => Evidence {
  const fact =
    release.tensorrt === 'none'
      ? msg`TensorFlow ${release.version} is built with CUDA ${release.cuda}, cuDNN ${release.cudnn} and without TensorRT.`
      : msg`TensorFlow ${release.version} is built with CUDA ${release.cuda}, cuDNN ${release.cudnn} and TensorRT ${release.tensorrt ?? '?'}.`;
  return () => ({ fact, source: release.source, checked: frameworksChecked() });
}

function cited(verdict: Verdict | undefined, release: TensorFlowRelease): Verdict | undefined {
  return verdict && { grade: verdict.grade, explain: () => ({ text: verdict.explain().text, evidence: evidenceOf(release)() }) };
}

function quoted(verdict: Verdict | undefined, build: { readonly version: string; readonly cuda: string; readonly cudnn: string | null; readonly source: string }): Verdict | undefined {
  const evidence = (): Evidence => ({ fact: msg`onnxruntime-gpu ${build.version} is built with CUDA ${build.cuda} and cuDNN ${build.cudnn ?? '?'}.`, source: build.source, checked: frameworksChecked() });
  return verdict && { grade: verdict.grade, explain: () => ({ text: verdict.explain().text, evidence: evidence() }) };
}
