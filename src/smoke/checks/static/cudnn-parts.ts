import { CUDNN_PARTS } from '../../../core/scan/library-names';
import { baseName } from '../../../core/text/path';
import { variableOf } from '../../image';
import type { SmokeImage, StaticCheck } from '../../model';
import { fail, pass, say, skip } from '../../verdict';

/** "The default usage of cuDNN requires all sub-libraries": https://docs.nvidia.com/deeplearning/cudnn/frontend/v1.9.0/developer/misc.html */
const ALL = /^(?:FULL)?$/;

/** Beside libcudnn.so.9 lie the parts that it opens, which are forgotten when one file is copied from another image. */
export const check: StaticCheck = {
  id: 'cudnn-parts',
  title: say('cuDNN is complete'),
  kind: 'static',
  applies: (image) => names(image).has('libcudnn.so.9'),
  judge(image) {
    const config = variableOf(image, 'CUDNN_LIB_CONFIG') ?? '';
    if (!ALL.test(config)) return skip(say('CUDNN_LIB_CONFIG={config} does without some parts of cuDNN.', { config }));
    const found = names(image);
    const missing = CUDNN_PARTS.filter((part) => !found.has(part));
    if (missing.length === 0) return pass(say('cuDNN has all of its {count} parts.', { count: String(CUDNN_PARTS.length) }));
    // A folder that was not read may hold them.
    if (image.scan.gaps.length > 0) return skip(say('Not every folder of the image could be read.'), { details: image.scan.gaps.map(({ detail }) => say('{detail}', { detail })) });
    return fail(say('libcudnn.so.9 opens {missing} when it computes, and no folder of the image has it.', { missing: missing.join(', ') }));
  },
};

function names({ scan }: SmokeImage): ReadonlySet<string> {
  return new Set(scan.libraries.flatMap((library) => [...library.names, baseName(library.path)]));
}
