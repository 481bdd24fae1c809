import { openingOrder, TOOLKIT_ORDER } from '../../../core/scan/library-names';
import { missingLibraries, type MissingLibrary } from '../../../core/scan/missing';
import type { ImageScan, Library } from '../../../core/scan/model';
import { baseName } from '../../../core/text/path';
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
      ...tellOnDemand(missing.filter(({ onDemand }) => onDemand)),
      ...all
        .filter(({ library, needed }) => needed.state === 'elsewhere' && !OF_PYTHON.test(library.path))
        .map((one) => tell('{library} needs {name}, which lies at {path}, where the loader does not look.', one)),
      ...unread(scan).map((library) => say('{library} is longer than a check reads: what it needs is not known.', { library })),
    ];
    const [first, ...others] = missing.filter(({ onDemand }) => !onDemand).map((one) => tell('{library} needs {name}, and no folder of the image has it.', one));
    if (first !== undefined) return fail(first, { details: [...others, ...notes] });
    const incomplete = new Set(missing.map(({ library }) => library));
    const count = scan.libraries.filter((library) => library.needed.length > 0 && !incomplete.has(library)).length;
    return pass(say('{count} libraries find all that they need.', { count: String(count) }), { details: notes });
  },
};

/** Of the libraries that were not opened, those whose needs matter: parts of the toolkit need one another alone. */
function unread({ gaps, libraries }: ImageScan): readonly string[] {
  const known = new Set(libraries.map(({ path }) => path));
  return gaps.flatMap(({ path, why }) => (path !== null && why === 'too-large' && known.has(path) && openingOrder(path) < TOOLKIT_ORDER ? [path] : []));
}

/** One line for all of them: PyTorch's wheels alone bring ten, and hardly anybody asks for one. */
function tellOnDemand(missing: readonly MissingLibrary[]): readonly Sentence[] {
  if (missing.length === 0) return [];
  const libraries = [...new Set(missing.map(({ library }) => library))];
  const needsOf = (wanted: Library): readonly string[] => missing.filter(({ library }) => library === wanted).map(({ needed }) => needed.name);
  const names = libraries.map((library) => `${baseName(library.path)} (${needsOf(library).join(', ')})`);
  return [say('Loaded only on demand, and then in want of what no folder has: {names}.', { names: names.join(', ') })];
}

function tell(template: string, { library, needed }: MissingLibrary): Sentence {
  return say(template, { library: library.path, name: needed.name, path: needed.path ?? '' });
}
