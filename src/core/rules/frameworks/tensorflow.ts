import type { Evidence } from '../../facts/evidence';
import { frameworksChecked, hasTensorflowGpu, tensorflowReleases, tensorflowWheel, type TensorFlowRelease } from '../../facts/frameworks';
import { msg } from '../../l10n/message';
import { findComponent, knownVersion } from '../../stack/query';
import { compareDotted } from '../../version/dotted';
import { exactVersionOf, satisfiesPep440 } from '../../version/pep440';
import { precedingActions, type PipUse } from '../support/pip-installs';
import { pipPython } from '../support/stage-python';

/** The releases of TensorFlow with GPU support that pip may take for a requirement, oldest first; empty where that is not known. */
export function tensorflowCandidates(use: PipUse): readonly TensorFlowRelease[] {
  const { requirement, action, stage, before } = use;
  const { name, specifier, url } = requirement;
  if ((name !== 'tensorflow' && name !== 'tensorflow-gpu') || url !== undefined) return [];
  const exact = exactVersionOf(specifier);
  if (exact !== undefined) return [tensorflowWheel(name, exact)].filter((row) => row !== undefined);
  const allows = (version: string): boolean => specifier === '' || satisfiesPep440(version, specifier) === true;
  if (action.constraintFiles.length > 0 || (allows('1.14.0') && hasOldPip(use))) return [];
  // pip then takes the package that only fails, see tensorflow-package-obsolete.
  if (name === 'tensorflow-gpu' && allows('2.12.0')) return [];
  const python = pipPython(stage, before, action)?.version;
  // A specifier may name a patch release of a row that stands for its series.
  const allowed = tensorflowReleases().filter(({ version, python: pythons }) => allows(version) && (python === undefined || pythons === null || pythons.includes(python)));
  const gpu = allowed.filter((row) => hasTensorflowGpu(name, row));
  return python === undefined && specifier === '' ? [] : gpu;
}

/**
 * Whether pip may be one before 19, which knows no wheels of 1.15 and later and takes the newest of those before
 * (https://github.com/tensorflow/tensorflow/issues/37235): that of Ubuntu 18.04 is 9.0.1
 * (https://pythonspeed.com/articles/upgrade-pip/), those of older releases are older.
 */
function hasOldPip({ stage, before, action }: PipUse): boolean {
  const os = findComponent(before, 'os');
  const version = knownVersion(os?.version);
  const limit = os?.name === 'ubuntu' ? '18.04' : os?.name === 'debian' ? '10' : undefined;
  if (limit === undefined || version === undefined || compareDotted(version, limit) > 0 || action.tool === 'uv') return false;
  if (stage.initial.components.some(({ kind }) => kind === 'python')) return false;
  return !precedingActions(stage, action.command).some((one) => one.kind === 'pip-install' && one.requirements.some((other) => other.name === 'pip')) && !stage.steps.some(({ commands }) => commands.some(({ words }) => words.some(({ text }) => /get-pip|ensurepip/.test(text.value))));
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
