import type { ComponentKind } from '../../../core/stack/model';
import type { SmokeImage, StaticCheck } from '../../model';
import { fail, pass, say, skip } from '../../verdict';

/** The library without which a component is none. */
const LIBRARIES: Readonly<Partial<Record<ComponentKind, string>>> = { tensorrt: 'libnvinfer', cudnn: 'libcudnn', cublas: 'libcublas', cudart: 'libcudart', nccl: 'libnccl' };

/** Libraries of what is said to be installed are there, and have content. */
export const check: StaticCheck = {
  id: 'libraries-present',
  title: say('Libraries are present'),
  kind: 'static',
  applies: (image) => claimed(image).length > 0,
  judge(image) {
    const { scan } = image;
    const absent = claimed(image).filter(({ library }) => !scan.libraries.some(({ names, path }) => [...names, path.slice(path.lastIndexOf('/') + 1)].some((name) => name.startsWith(`${library}.so`))));
    const empty = scan.libraries.filter(({ sizeBytes, ofDriver }) => sizeBytes === 0 && !ofDriver);
    const details = [
      ...absent.map(({ name, version, library }) => say('The package {name} {version} is installed, and the loader finds no {library}.so.', { name, version, library })),
      ...empty.map(({ path }) => say('{path} is empty.', { path })),
    ];
    const [first] = details;
    if (first === undefined) return pass(say('The libraries of {names} are there.', { names: claimed(image).map(({ kind }) => kind).join(', ') }));
    // A folder that was not read may hold it.
    if (empty.length === 0 && scan.gaps.length > 0) return skip(say('Not every folder of the image could be read.'), { details: scan.gaps.map(({ detail }) => say('{detail}', { detail })) });
    return fail(first, { details: details.slice(1) });
  },
};

function claimed({ scan }: SmokeImage): readonly { readonly kind: ComponentKind; readonly name: string; readonly version: string; readonly library: string }[] {
  const seen = new Set<ComponentKind>();
  // dpkg has the loader's cache renewed, in which the library then is; of other ways nothing is promised.
  return scan.components.flatMap(({ kind, name, version, via }) => {
    const library = via === 'apt' ? LIBRARIES[kind] : undefined;
    if (library === undefined || seen.has(kind)) return [];
    seen.add(kind);
    return [{ kind, name, version, library }];
  });
}
