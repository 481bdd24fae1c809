import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, tensorflowRelease, tensorflowReleases, type TensorFlowRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import { compareDotted } from '../../version/dotted';
import { exactVersionOf, satisfiesPep440 } from '../../version/pep440';
import type { PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';

/** The first releases whose plain package has GPU support; before them it was in `tensorflow-gpu`. */
const WITH_GPU_1 = '1.15';
const WITHOUT_GPU_2 = '2.1';

/** The releases of TensorFlow with GPU support that pip may take for a requirement, oldest first; empty where that is not known. */
export function tensorflowCandidates(use: PipUse): readonly TensorFlowRelease[] {
  const { requirement, action, stage, before } = use;
  const { name, specifier, url } = requirement;
  if ((name !== 'tensorflow' && name !== 'tensorflow-gpu') || url !== undefined) return [];
  const exact = exactVersionOf(specifier);
  const found = exact === undefined ? [] : [tensorflowRelease(exact)].filter((row) => row !== undefined);
  if (exact !== undefined) return found.filter((row) => hasGpu(name, row));
  if (action.constraintFiles.length > 0) return [];
  const python = pipPython(stage, before, action)?.version;
  // A specifier may name a patch release of a row that stands for its series.
  const allowed = tensorflowReleases().filter(({ version, python: pythons }) => (specifier === '' || satisfiesPep440(version, specifier) === true) && (python === undefined || pythons === null || pythons.includes(python)));
  const gpu = allowed.filter((row) => hasGpu(name, row));
  return python === undefined && specifier === '' ? [] : gpu;
}

function hasGpu(name: string, { version }: TensorFlowRelease): boolean {
  if (name === 'tensorflow-gpu') return compareDotted(version, '2.12') < 0;
  return compareDotted(version, '2') < 0 ? compareDotted(version, WITH_GPU_1) >= 0 : compareDotted(version, WITHOUT_GPU_2) >= 0;
}

/** Evidence of what a release was built with. */
export function tensorflowEvidence({ version, cuda, cudnn, source }: TensorFlowRelease): Evidence {
  return { fact: msg`TensorFlow ${version} is built for CUDA ${cuda} and cuDNN ${cudnn}.`, source, checked: frameworksChecked() };
}

/** The name of the CUDA runtime that a release loads: `libcudart.so.11.0` for all of CUDA 11. */
export function cudartOf(cuda: string): string {
  const major = cuda.split('.')[0] ?? cuda;
  return `libcudart.so.${Number(major) >= 12 ? major : Number(major) === 11 ? '11.0' : cuda}`;
}
