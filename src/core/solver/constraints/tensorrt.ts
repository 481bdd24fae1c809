import { evidenceOfBuild } from '../../facts/apt-builds';
import type { Evidence } from '../../facts/evidence';
import { availabilityOf, distributionsOf, evidenceOfTensorRTBuild } from '../../facts/tensorrt-builds';
import { releaseHasPackage } from '../../facts/tensorrt-packages';
import { tensorRTPipHasPython } from '../../facts/tensorrt-pip';
import { cudaBuildsOf, tensorRTReleasesChecked, type TensorRTRelease } from '../../facts/tensorrt-releases';
import { joinAll, msg, type Message, type Text } from '../../l10n/message';
import { isCudaCompatible } from '../../version/cuda';
import { compareDotted, isSameRelease, majorMinorOf, majorOf } from '../../version/dotted';
import { defineConstraint, EXCLUDED, fits, no, note, unknown, type Constraint, type Verdict } from '../constraint';
import { distroOf, sightingOf, type Base, type CudnnChoice, type TensorRTChoice } from '../values';

type Deb = Extract<TensorRTChoice, { via: 'apt' }>;
type Wheel = Extract<TensorRTChoice, { via: 'pip' }>;

/** What a build of TensorRT needs of the image. */
export const tensorrtConstraints: readonly Constraint[] = [
  defineConstraint('tensorrt-packages', ['tensorrt', 'wish-packages'], (choice, names) => {
    if (choice.via !== 'apt') return EXCLUDED;
    const missing = names.filter((name) => releaseHasPackage(choice.release, name) !== true);
    return missing.length === 0 ? undefined : no(() => msg`TensorRT ${choice.release.version} is not known to have ${missing.join(', ')}.`, evidenceOf(choice.release, () => msg`Debian packages of TensorRT ${choice.release.version}.`));
  }),
  defineConstraint('tensorrt-cuda', ['base', 'tensorrt'], (base, choice) => {
    if (choice.via === 'image') return undefined;
    return choice.via === 'apt' ? debOnCuda(base, choice) : wheelOnCuda(base, choice);
  }),
  defineConstraint('tensorrt-ubuntu', ['base', 'tensorrt'], (base, choice) => (choice.via === 'apt' && base.ubuntu !== undefined ? debOnUbuntu(base.ubuntu.value, choice) : undefined)),
  defineConstraint('tensorrt-cudnn', ['tensorrt', 'cudnn'], (choice, cudnn) => (choice.via === 'apt' ? needsCudnn(choice, cudnn) : undefined)),
  defineConstraint('tensorrt-python', ['tensorrt', 'python'], (choice, { version: python }) => (choice.via === 'pip' ? wheelOnPython(choice, python) : undefined)),
];

function evidenceOf(release: TensorRTRelease, fact: () => Message): () => Evidence {
  return () => ({ fact: fact(), source: release.source, checked: tensorRTReleasesChecked() });
}

function debOnCuda(base: Base, { release, cuda }: Deb): Verdict {
  const present = base.cuda.value;
  const minor = majorMinorOf(present) ?? present;
  const name = `TensorRT ${release.fullVersion ?? release.version}`;
  if (isCudaCompatible(cuda, present) !== true) {
    const builds = (): Text => joinAll(cudaBuildsOf(release)) || cuda;
    return no(() => msg`${name} is built for CUDA ${builds()}, none of which runs on CUDA ${present}.`, evidenceOf(release, () => msg`TensorRT ${release.version} has builds for CUDA ${builds()}.`));
  }
  const supports = evidenceOf(release, () => msg`TensorRT ${release.version} is made for CUDA ${(release.cuda ?? [cuda]).join(', ')}.`);
  if (cuda === minor) return fits(() => msg`${name} is built for this very CUDA ${minor}.`, supports);
  if (release.cuda?.includes(minor) === true) return fits(() => msg`${name}, built for CUDA ${cuda}, lists CUDA ${minor} as supported.`, supports);
  if (release.cudaComplete === true) return unknown(() => msg`${name}, built for CUDA ${cuda}, does not list CUDA ${minor} as supported; it is of the same major version.`, supports);
  if (compareDotted(cuda, minor) < 0) return note(() => msg`${name} is built for CUDA ${cuda}, an older minor version of the same major, which runs on CUDA ${minor}.`, supports);
  return unknown(() => msg`${name} is built for CUDA ${cuda}, newer than ${minor}; no list of what it supports is in the tables.`, supports);
}

/** A wheel brings a CUDA run time of its own major. Before 10.0 its name does not say which. */
function wheelOnCuda(base: Base, { cuda, package: name, release }: Wheel): Verdict {
  const major = majorOf(base.cuda.value);
  const supported = release.cuda ?? cudaBuildsOf(release);
  const evidence = evidenceOf(release, () => msg`TensorRT ${release.version} is made for CUDA ${supported.join(', ')}.`);
  if (cuda === undefined && supported.some((one) => majorOf(one) === major)) return unknown(() => msg`For which CUDA the wheels of TensorRT ${release.version} are built is not in the tables.`, evidence);
  if (cuda === undefined || majorOf(cuda) !== major) return no(() => msg`${name} ${release.version} is for CUDA ${cuda ?? supported.join(', ')}, not for CUDA ${base.cuda.value}.`, evidence);
  return fits(() => msg`${name} is the build for CUDA ${cuda}.`);
}

function debOnUbuntu(ubuntu: string, { release, build }: Deb): Verdict {
  const distro = distroOf(ubuntu);
  const name = msg`TensorRT ${release.fullVersion ?? release.version} for CUDA ${build.cuda}`;
  const sighting = sightingOf(build, distro);
  if (sighting !== undefined) return fits(() => msg`${name} is in NVIDIA's repository of Ubuntu ${ubuntu}.`, () => evidenceOfBuild(sighting, sighting.packages[0] ?? 'tensorrt'));
  if (availabilityOf(build, distro) !== undefined) {
    return unknown(() => msg`${name} was not seen in the x86-64 repository of Ubuntu ${ubuntu} itself; the release is known to have packages for it.`, () => evidenceOfTensorRTBuild(build, distro));
  }
  const known = (): string => distributionsOf(release).join(', ');
  return no(() => msg`Packages of TensorRT ${release.version} are known for ${known()}, not for Ubuntu ${ubuntu}.`, evidenceOf(release, () => msg`TensorRT ${release.version} has packages for ${known()}.`));
}

/** From 10.0 on nothing of TensorRT needs cuDNN. */
function needsCudnn({ release }: Deb, cudnn: CudnnChoice): Verdict | undefined {
  if (compareDotted(release.version, '10') >= 0) return undefined;
  const tested = /^\d+(?:\.\d+)*/.exec(release.cudnn ?? '')?.[0];
  const evidence = evidenceOf(release, () => msg`TensorRT ${release.version} was built with cuDNN ${release.cudnn ?? '?'}.`);
  const name = `TensorRT ${release.fullVersion ?? release.version}`;
  if (cudnn.version === undefined) return no(() => (tested === undefined ? msg`${name} needs cuDNN.` : msg`${name} needs cuDNN ${majorOf(tested) ?? ''}.`), evidence);
  if (tested === undefined || cudnn.version === '') return unknown(() => msg`Whether ${name} and the cuDNN that is there belong together is not in the tables.`, evidence);
  if (majorOf(tested) !== majorOf(cudnn.version)) return no(() => msg`${name} needs cuDNN ${majorOf(tested) ?? ''}, not ${cudnn.version}.`, evidence);
  if (compareDotted(cudnn.version, tested) < 0 && !isSameRelease(cudnn.version, tested)) return note(() => msg`${name} was built with cuDNN ${tested}; ${cudnn.version} is older.`, evidence);
  return fits(() => msg`${name} needs cuDNN ${majorOf(tested) ?? ''}; ${cudnn.version} is there.`, evidence);
}

function wheelOnPython({ release, version }: Wheel, python: string): Verdict {
  const evidence = evidenceOf(release, () => msg`TensorRT ${release.version} has wheels for Python ${(release.pythons ?? []).join(', ')}.`);
  if (release.pythons !== null && python !== '') {
    return release.pythons.includes(python) ? fits(() => msg`TensorRT ${version} has wheels for Python ${python}.`, evidence) : no(() => msg`TensorRT ${version} has no wheels for Python ${python}.`, evidence);
  }
  const fact = tensorRTPipHasPython(version, python);
  if (fact === undefined) return unknown(() => msg`Whether ${`TensorRT ${version}`} has wheels for ${python === '' ? msg`the image's Python` : `Python ${python}`} is not in the tables.`);
  return fact.has ? fits(() => msg`TensorRT ${version} has wheels for Python ${python}.`, () => fact.evidence) : no(() => msg`TensorRT ${version} has no wheels for Python ${python}.`, () => fact.evidence);
}
