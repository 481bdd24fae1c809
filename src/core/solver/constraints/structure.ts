import { evidenceOfBuild } from '../../facts/apt-builds';
import { msg } from '../../l10n/message';
import { isCudaCompatible } from '../../version/cuda';
import { compareDotted, majorMinorOf } from '../../version/dotted';
import { defineConstraint, EXCLUDED, fits, note, restOn, unknown, type Constraint, type Verdict } from '../constraint';
import { distroOf, type Base, type Known } from '../values';
import { isSameMinor, matchesExactly, matchVersion, NAMES, partsOf, type VersionWish } from '../wishes';

/** How the parts make up an image, and what was wished of each. What these exclude needs no words: the wishes say it. */
export const structure: readonly Constraint[] = [
  // An NGC image is taken as a whole: everything wished is on board, nothing is installed.
  ...(['tensorrt', 'torch', 'tensorflow'] as const).map((part) =>
    defineConstraint(`whole-${part}`, ['base', part], (base, choice) => ((base.family === 'ngc') === (choice.via === 'image') ? undefined : EXCLUDED)),
  ),
  defineConstraint('whole-onnxruntime', ['base', 'onnxruntime'], (base) => (base.family === 'ngc' ? EXCLUDED : undefined)),
  defineConstraint('whole-cudnn', ['base', 'cudnn'], (base, choice) => {
    if (choice.via === 'none') return base.cudnn === undefined ? undefined : EXCLUDED;
    if (choice.via === 'image') return base.cudnn?.value === choice.version ? restOn(base.cudnn, undefined) : EXCLUDED;
    // The images hold their own packages of cuDNN: others go only where there are none.
    const sighting = base.ubuntu && choice.sightings.get(distroOf(base.ubuntu.value));
    if (base.cudnn !== undefined || sighting === undefined || isCudaCompatible(choice.cuda, base.cuda.value) !== true) return EXCLUDED;
    const isNewer = choice.cuda.includes('.') && compareDotted(choice.cuda, majorMinorOf(base.cuda.value) ?? '') > 0;
    return (isNewer ? note : fits)(() => msg`cuDNN ${choice.version} for CUDA ${choice.cuda} is in NVIDIA's repository.`, () => evidenceOfBuild(sighting, choice.package));
  }),
  defineConstraint('wish-cuda', ['base', 'wish-cuda'], (base, wish) => matchKnown(base, 'CUDA', base.cuda, wish)),
  defineConstraint('wish-ubuntu', ['base', 'wish-ubuntu'], ({ ubuntu }, wish) => (ubuntu !== undefined && matchesExactly(wish, ubuntu.value) ? restOn(ubuntu, undefined) : EXCLUDED)),
  ...(['tensorrt', 'torch', 'tensorflow'] as const).map((part) =>
    defineConstraint(`on-board-${part}`, ['base', `wish-${part}`], (base, wish) => {
      if (base.family !== 'ngc') return undefined;
      const known = base[part];
      return known === undefined ? EXCLUDED : matchKnown(base, NAMES[part], known, wish);
    }),
  ),
  defineConstraint('wish-flavor', ['base', 'wish-flavor'], (base, flavor) => (base.flavor === flavor ? undefined : EXCLUDED)),
  defineConstraint('wish-family', ['base', 'wish-family'], (base, family) => ((base.family === 'ngc') === (family === 'ngc') ? undefined : EXCLUDED)),
  defineConstraint('wish-family-tensorrt', ['tensorrt', 'wish-family'], ({ via }, family) => (via === 'image' || via === family ? undefined : EXCLUDED)),
  defineConstraint('wish-tensorrt', ['tensorrt', 'wish-tensorrt'], (choice, wish) => {
    if (choice.via === 'image') return undefined;
    const { version, fullVersion } = choice.release;
    return matchesExactly(wish, partsOf(wish) > 3 ? (fullVersion ?? version) : version) ? undefined : EXCLUDED;
  }),
  defineConstraint('wish-torch', ['torch', 'wish-torch'], (choice, wish) => {
    if (choice.via === 'image') return undefined;
    return matchesExactly(wish, choice.version) && (wish.local === undefined || wish.local === `cu${choice.cuda.replace('.', '')}`) ? undefined : EXCLUDED;
  }),
  defineConstraint('wish-tensorflow', ['tensorflow', 'wish-tensorflow'], (choice, wish) => (choice.via === 'image' ? undefined : matchTensorFlow(choice.version, wish))),
  defineConstraint('wish-onnxruntime', ['onnxruntime', 'wish-onnxruntime'], (choice, wish) => {
    const match = matchVersion(wish, choice.version);
    if (match === 'yes') return undefined;
    return match === 'no' ? EXCLUDED : unknown(() => msg`Of ONNX Runtime the tables know the series, not the releases in it.`);
  }),
  defineConstraint('wish-python', ['python', 'wish-python'], ({ version }, wish) => (version !== '' && matchesExactly(wish, version) ? undefined : EXCLUDED)),
  defineConstraint('wish-cudnn', ['cudnn', 'wish-cudnn'], ({ version }, wish) => {
    const match = version === undefined || version === '' ? 'no' : matchVersion(wish, version);
    if (match === 'unknown') return unknown(() => msg`Of the image's cuDNN only ${version ?? ''} is known.`);
    return match === 'no' ? EXCLUDED : undefined;
  }),
];

function matchKnown(base: Base, name: string, known: Known, wish: VersionWish): Verdict | undefined {
  const match = matchVersion(wish, known.value);
  if (match === 'yes') return restOn(known, undefined);
  return match === 'no' ? EXCLUDED : unknown(() => msg`Of ${name} in ${base.image} only ${known.value} is known.`, () => known.evidence);
}

/** Releases of a series share one row: that another one than the first exists is not said. */
function matchTensorFlow(version: string, wish: VersionWish): Verdict | undefined {
  if (matchesExactly(wish, version)) return undefined;
  const { prefix } = wish;
  if (prefix === undefined || !isSameMinor(prefix, version)) return EXCLUDED;
  return unknown(() => msg`TensorFlow ${prefix} is taken to need what ${version} needs.`);
}
