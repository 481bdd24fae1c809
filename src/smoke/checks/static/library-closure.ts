import { missingLibraries, type MissingLibrary } from '../../../core/scan/missing';
import type { Sentence, StaticCheck } from '../../model';
import { fail, pass, say } from '../../verdict';

/** Packages of Python load the libraries of other packages first, by their paths. */
const OF_PYTHON = /\/(?:site|dist)-packages\//;

/** Whatever a library needs, the loader finds, or the container toolkit brings it. */
export const check: StaticCheck = {
  id: 'library-closure',
  title: say('Libraries find what they need'),
  kind: 'static',
  applies: ({ scan }) => scan.libraries.some(({ needed, ofDriver }) => needed.length > 0 && !ofDriver),
  judge({ scan }) {
    const all = missingLibraries(scan).filter(({ library }) => !library.ofDriver);
    const missing = all.filter(({ needed }) => needed.state === 'missing');
    const notes = [
      ...missing.filter(({ onDemand }) => onDemand).map((one) => tell('{library} cannot be loaded: no folder has {name}. Only who asks for it needs it.', one)),
      ...all
        .filter(({ library, needed }) => needed.state === 'elsewhere' && !OF_PYTHON.test(library.path))
        .map((one) => tell('{library} needs {name}, which lies at {path}, where the loader does not look.', one)),
    ];
    const [first, ...others] = missing.filter(({ onDemand }) => !onDemand).map((one) => tell('{library} needs {name}, and no folder of the image has it.', one));
    if (first !== undefined) return fail(first, { details: [...others, ...notes] });
    const count = scan.libraries.filter(({ needed }) => needed.length > 0).length;
    return pass(say('{count} libraries find all that they need.', { count: String(count) }), { details: notes });
  },
};

function tell(template: string, { library, needed }: MissingLibrary): Sentence {
  return say(template, { library: library.path, name: needed.name, path: needed.path ?? '' });
}
