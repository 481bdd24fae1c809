import { imageFact } from '../../facts/image-facts';
import { msg } from '../../l10n/message';
import { isCudaCompatible } from '../../version/cuda';
import { compareDotted, firstParts, majorOf } from '../../version/dotted';
import { defineConstraint, fits, no, note, restOn, unknown, type Constraint, type Verdict } from '../constraint';
import type { Base } from '../values';

/** What comes with an image. */
export const imageConstraints: readonly Constraint[] = [
  defineConstraint('wish-compile', ['base', 'wish-compile'], (base) =>
    base.flavor === 'devel' || base.family === 'ngc' ? undefined : no(() => msg`Only a devel image has nvcc and the headers.`, () => imageFact('cuda-image-libraries')),
  ),
  defineConstraint('image-python', ['base', 'python'], (base, python) => {
    if (base.python === undefined) return python.version === '' ? undefined : no(() => msg`${base.image} is not known to have Python ${python.version}.`);
    if (base.python.value !== python.version) return no(() => msg`Python of ${base.image} is ${base.python?.value ?? ''}.`, () => base.python?.evidence);
    return restOn(base.python, base.family === 'cuda' ? fits(() => msg`Python ${python.version} is python3 of Ubuntu ${base.ubuntu?.value ?? ''}.`, () => base.python?.evidence) : undefined);
  }),
  defineConstraint('image-libraries-tensorflow', ['base', 'tensorflow'], (base) => needsLibraries(base, 'TensorFlow')),
  defineConstraint('image-libraries-onnxruntime', ['base', 'onnxruntime'], (base) => needsLibraries(base, 'ONNX Runtime')),
  defineConstraint('image-libraries-tensorrt', ['base', 'tensorrt'], (base, choice) =>
    base.flavor === 'base' && choice.via === 'apt' && compareDotted(choice.release.version, '10') < 0
      ? unknown(() => msg`A base image lacks cuBLAS, which TensorRT used up to 8.6; whether apt brings it is not in the tables.`, () => imageFact('cuda-image-libraries'))
      : undefined,
  ),
];

function needsLibraries(base: Base, name: string): Verdict | undefined {
  return base.flavor === 'base' ? no(() => msg`${name} loads cuBLAS and its like, which a base image lacks.`, () => imageFact('cuda-image-libraries')) : undefined;
}

/** How a framework's system CUDA and that of the image go together. */
export function cudaVerdict(name: string, wanted: string, base: Base): Verdict | undefined {
  const compatible = isCudaCompatible(wanted, base.cuda.value);
  if (compatible === false) return no(() => msg`${name} is built for CUDA ${wanted}, which does not run on CUDA ${base.cuda.value}.`);
  if (compatible === undefined && majorOf(wanted) !== majorOf(base.cuda.value)) return no(() => msg`${name} is built for CUDA ${wanted}.`);
  if (wanted.includes('.') && compareDotted(wanted, firstParts(base.cuda.value, wanted.split('.').length)) > 0) {
    return note(() => msg`${name} is built for CUDA ${wanted}; the image's ${base.cuda.value} is an older minor version of the same major, which serves.`);
  }
  return fits(() => msg`${name} is built for CUDA ${wanted}, and runs on every minor version of CUDA ${majorOf(wanted) ?? wanted}.`);
}
