import type { Library } from '../../../core/scan/model';
import type { StaticCheck } from '../../model';
import { fail, pass, say } from '../../verdict';

/** Plug-ins that are loaded only by who asks for them. */
const OPTIONAL = /^libonnxruntime_providers_|^libcufile_rdma|^libtorch_global_deps/;

/** Whatever a library needs, the loader finds, or the container toolkit brings it. */
export const check: StaticCheck = {
  id: 'library-closure',
  title: 'Libraries find what they need',
  kind: 'static',
  applies: ({ scan }) => scan.libraries.some(({ needed, ofDriver }) => needed.length > 0 && !ofDriver),
  judge({ scan }) {
    const libraries = scan.libraries.filter(({ ofDriver }) => !ofDriver);
    const missing = libraries.flatMap((library) => library.needed.filter(({ state }) => state === 'missing').map(({ name }) => ({ library, name })));
    const required = missing.filter(({ library }) => !OPTIONAL.test(fileName(library)));
    const apart = libraries.filter(({ path }) => !isOfPython(path)).flatMap((library) => library.needed.filter(({ state }) => state === 'elsewhere').map(({ name, path }) => ({ library, name, path: path ?? '' })));
    const notes = [
      ...missing.filter(({ library }) => OPTIONAL.test(fileName(library))).map(({ library, name }) => say('{library} cannot be loaded: no folder has {name}. Only who asks for it needs it.', { library: library.path, name })),
      ...apart.map(({ library, name, path }) => say('{library} needs {name}, which lies at {path}, where the loader does not look.', { library: library.path, name, path })),
    ];
    const [first, ...others] = required.map(({ library, name }) => say('{library} needs {name}, and no folder of the image has it.', { library: library.path, name }));
    if (first !== undefined) return fail(first, { details: [...others, ...notes] });
    const count = libraries.filter(({ needed }) => needed.length > 0).length;
    return pass(say('{count} libraries find all that they need.', { count: String(count) }), { details: notes });
  },
};

function fileName({ path }: Library): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Packages of Python load the libraries of other packages first, by their paths. */
function isOfPython(path: string): boolean {
  return /\/(?:site|dist)-packages\//.test(path);
}
