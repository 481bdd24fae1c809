import { baseName } from '../../text/path';
import { cmake, compilers, linker } from './compile';
import { readLines, type Sought, type Symptom, type SymptomReader } from './model';

const PIP: Sought = { kind: 'command', names: ['pip', 'pip3', 'uv', 'pipx', 'poetry', 'python', 'python3'] };

const requirement = (text = ''): Sought => ({ kind: 'requirement', name: /^[\w.-]+/.exec(text.trim())?.[0] ?? text });

/** What asked for a requirement, the nearest to the command line first: `a==1->b->-r requirements.txt (line 3)` is asked for by b. */
function requirersOf(parents: string | undefined): readonly Sought[] {
  return (parents?.split('->') ?? []).map((text) => requirement(text)).reverse();
}

const lines = readLines([
  {
    code: 'pip-no-python-match',
    pattern: /^ *ERROR: Package '(?<name>[^']+)' requires a different Python: (?<python>\S+) not in '(?<wanted>[^']+)'/,
    template: '{name} needs Python {wanted}; this image has {python}.',
    seeks: ({ name }) => [requirement(name), PIP],
  },
  {
    // E.g. https://github.com/facebookresearch/detectron2/pull/4122
    code: 'pip-index-unreachable',
    pattern: /^ *(?:WARNING: )?Could not fetch URL (?<url>\S+): (?:There was a problem confirming the ssl certificate|connection error|.*(?:SSLError|ConnectTimeoutError|ProxyError|NewConnectionError))/,
    template: 'pip could not read {url}: no connection to it, or its certificate is not trusted in this image.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, PIP],
  },
  {
    // E.g. https://github.com/runpod-workers/worker-a1111/issues/39
    code: 'pip-metadata-invalid',
    pattern: /^ *(?:WARNING: Ignoring version \S+ of \S+ since it has invalid metadata:)?\s*Requested (?<requirement>[^\s]+) from \S+ .*has invalid metadata: (?<reason>.+)$/,
    template: 'The metadata of {requirement} is not valid ({reason}): pip from 24.1 on refuses it. Take a newer version of it, or pip<24.1.',
    seeks: ({ requirement: name }) => [requirement(name), PIP],
  },
  {
    code: 'pip-no-matching-version',
    pattern: /^ *(?:ERROR: )?Could not find a version that satisfies the requirement (?<requirement>.+?)(?: \(from (?<parents>(?!versions).*?)\))? \(from versions: (?<versions>.*)\)/,
    template: 'pip finds no build of {requirement} for this Python and platform. The index offers: {versions}',
    seeks: ({ requirement: name, parents }) => [requirement(name), ...requirersOf(parents), PIP],
  },
  {
    code: 'pip-no-matching-version',
    pattern: /^ *(?:ERROR: )?No matching distribution found for (?<requirement>.+?)(?: \(from (?<parents>.*)\))?$/,
    template: 'pip finds no build of {requirement} for this Python and platform.',
    seeks: ({ requirement: name, parents }) => [requirement(name), ...requirersOf(parents), PIP],
  },
  {
    code: 'pip-conflict',
    pattern: /^ *ERROR: Cannot install (?<requirements>.+) because these package versions have conflicting dependencies/,
    template: 'These cannot be installed together: {requirements}.',
    seeks: ({ requirements = '' }) => [...requirements.split(/,? and |, /).map((one) => requirement(one)), PIP],
  },
  {
    code: 'pip-file-missing',
    pattern: /^ *ERROR: Could not open requirements file: \[Errno 2\] No such file or directory: '(?<path>[^']+)'/,
    template: 'There is no {path} in the image at this point; it must be copied first.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, PIP],
  },
  {
    code: 'pip-not-a-project',
    pattern: /^ *ERROR: (?:Directory '(?<path>[^']+)' is not installable|File "setup.py".*not found|(?<other>\S+) does not appear to be a Python project)/,
    template: 'There is no Python project in that folder at this point.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, PIP],
  },
  {
    code: 'pip-wheel-unsupported',
    pattern: /^ *ERROR: (?<name>\S+\.whl) is not a supported wheel on this platform/,
    template: '{name} is made for another Python or platform than this image has.',
    seeks: ({ name = '' }) => [{ kind: 'file', path: name }, { kind: 'url', url: name }, PIP],
  },
  {
    code: 'pip-invalid-requirement',
    pattern: /^ *ERROR: Invalid requirement: ['"]?(?<requirement>[^'"]+)['"]?/,
    template: 'pip cannot read the requirement {requirement}.',
    seeks: ({ requirement: name }) => [requirement(name), PIP],
  },
  {
    code: 'pip-externally-managed',
    pattern: /^ *error: externally-managed-environment/,
    template: "This image's Python belongs to the distribution: pip installs only into a virtual environment, or with --break-system-packages.",
    seeks: () => [PIP],
  },
  {
    code: 'pip-build-failed',
    pattern: /^ *ERROR: (?:Failed building wheel for|Could not build wheels for|Failed to build installable wheels for some pyproject\.toml based projects) \(?(?<name>[\w.-]+)/,
    template: 'There is no wheel of {name} for this Python, and it could not be compiled.',
    seeks: ({ name }) => [requirement(name), PIP],
  },
  {
    code: 'pip-hash-mismatch',
    pattern: /^ *ERROR: THESE PACKAGES DO NOT MATCH THE HASHES/,
    template: 'A downloaded package is not the one whose hash the requirements file holds.',
    seeks: () => [{ kind: 'file', path: 'requirements' }, PIP],
  },
]);

/** What pip says in one line; of what follows from a fault, the fault alone. */
export const pipLines: SymptomReader = {
  rank: 'tool',
  read(all) {
    const told = lines.read(all);
    const offers = told.some(({ data: { versions } }) => versions !== undefined && versions !== '' && versions !== 'none');
    const isConsequence = ({ code, data }: Symptom): boolean =>
      code === 'pip-no-matching-version' &&
      // An index that cannot be read offers nothing.
      ((!offers && told.some((one) => one.code === 'pip-index-unreachable')) || told.some((one) => one.code === 'pip-metadata-invalid' && one.data['requirement'] === data['requirement']));
    return told
      .filter((symptom) => symptom.code !== 'pip-index-unreachable' || !offers)
      .filter((symptom) => !isConsequence(symptom))
      // It says so twice: first with what the index offers.
      .filter(({ code, data }, i, rest) => code !== 'pip-no-matching-version' || rest.findIndex((one) => one.code === code && one.data['requirement'] === data['requirement']) === i)
      .map((symptom) => {
        if (symptom.code === 'pip-conflict') return withReason(symptom, all);
        if (symptom.code === 'pip-build-failed') return causeInside(all, symptom.data['name'] ?? '', findBegin(all, symptom.first), symptom.last) ?? symptom;
        // Of a pip within the setup of a package, that package is what the Dockerfile names.
        const outer = /^ {4,}/.test(all[symptom.first] ?? '') ? nameOf(all[findBegin(all, symptom.first)]) : undefined;
        return outer === undefined ? symptom : { ...symptom, seeks: [requirement(outer), ...symptom.seeks] };
      });
  },
};

/** The lines below `The conflict is caused by:` say who wants what. */
function withReason(symptom: Symptom, all: readonly string[]): Symptom {
  const begin = all.findIndex((line, i) => i > symptom.first && /^ *The conflict is caused by:/.test(line));
  if (begin < 0) return symptom;
  const length = all.slice(begin + 1).findIndex((line) => line.trim() === '');
  const reasons = all.slice(begin + 1, begin + 1 + Math.min(length < 0 ? 6 : length, 6)).map((line) => line.trim());
  const names = reasons.flatMap((line) => /^The user requested (\S+)|^(\S+) \S+ depends on/.exec(line)?.slice(1) ?? []).filter((name) => typeof name === 'string');
  const file = /-r (\S+) \(line \d+\)/.exec(symptom.data['requirements'] ?? '')?.[1];
  return {
    ...symptom,
    template: 'These cannot be installed together: {requirements}. {reason}',
    data: { ...symptom.data, reason: reasons.join('; ') },
    quoted: [symptom.first, ...reasons.map((_, i) => begin + 1 + i)],
    seeks: [...symptom.seeks.slice(0, -1), ...names.map((name) => requirement(name)), ...(file === undefined ? [] : [{ kind: 'file', path: file } as const]), PIP],
  };
}

/** The line with which the package that is set up at a line begins; -1 where there is none. */
function findBegin(all: readonly string[], before: number): number {
  return all.findLastIndex((line, i) => i < before && /^ *(?:Collecting|Obtaining|Processing|Building wheel for|Building wheels? for collected packages:|Running setup\.py (?:install|bdist_wheel) for) \S+/.test(line));
}

function nameOf(line: string | undefined): string | undefined {
  const named = /(?:Collecting|Obtaining|Processing|packages:|for) ([^\s,(<>=!~[]+)/.exec(line ?? '')?.[1];
  return named === undefined ? undefined : baseName(named);
}

/** What a compiler said when a package was compiled, at the requirement that asked for it. */
function causeInside(all: readonly string[], name: string, begin: number, end: number): Symptom | undefined {
  const start = Math.max(0, begin);
  const output = all.slice(start, end).map((line) => line.trim());
  const [inner] = [compilers, linker, cmake].flatMap((reader) => reader.read(output));
  if (inner === undefined) return undefined;
  return { ...inner, first: start + inner.first, last: end, quoted: (inner.quoted ?? [inner.first]).map((line) => start + line), seeks: [requirement(name), PIP] };
}

/** `error: subprocess-exited-with-error` and its like: the package is the one collected last. */
export const pipBuild: SymptomReader = {
  rank: 'tool',
  read(all) {
    const at = all.findLastIndex((line) => /(?:error|note): (?:subprocess-exited-with-error|metadata-generation-failed|legacy-install-failure)|Command "python setup\.py egg_info" failed|Command errored out with exit status/.test(line));
    if (at < 0) return [];
    const collected = findBegin(all, at);
    const name = nameOf(all[collected]);
    if (name === undefined) return [];
    // The exception stands just above or below the note.
    const end = Math.min(all.length, at + 40);
    const inside = causeInside(all, name, collected, end);
    if (inside !== undefined) return [{ ...inside, last: at }];
    return [setupFailed(name, all, collected, end, [requirement(name), PIP], at)];
  },
};

/** A package whose setup failed, with the last exception of it. */
function setupFailed(name: string, all: readonly string[], begin: number, end: number, seeks: readonly Sought[], last = end - 1): Symptom {
  const at = all.findLastIndex((line, i) => i >= begin && i < end && /^ *(?:\w+\.)*\w*(?:Error|Exception): \S/.test(line));
  const reason = at < 0 ? undefined : all[at]?.trim();
  return {
    code: 'pip-build-failed',
    template: reason === undefined ? 'The setup of {name} failed.' : 'The setup of {name} failed. {reason}',
    data: { name, ...(reason !== undefined && { reason }) },
    first: begin,
    last,
    quoted: [begin, ...(at < 0 ? [] : [at]), last],
    seeks,
  };
}

/** uv: `× Failed to build `flash-attn==2.7.4``, with the output of the build below. */
export const uvBuild: SymptomReader = {
  rank: 'tool',
  read(all) {
    const begin = all.findLastIndex((line) => /^ *[×x] Failed to (?:download and )?build `/.test(line));
    const name = /build `([^`@=\s]+)/.exec(all[begin] ?? '')?.[1];
    if (begin < 0 || name === undefined) return [];
    const requirer = /was included because `([^`]+)`/.exec(all.slice(begin).join(' '))?.[1];
    const seeks = [requirement(name), ...(requirer === undefined ? [] : [requirement(requirer)]), PIP];
    return [causeInside(all, name, begin, all.length) ?? setupFailed(name, all, begin, all.length, seeks)];
  },
};

/** uv: `No solution found`, and below it why, over several lines. */
export const uvSolution: SymptomReader = {
  rank: 'tool',
  read(all) {
    const begin = all.findLastIndex((line) => /^ *(?:[×x] )?No solution found when resolving/.test(line));
    if (begin < 0) return [];
    const length = all.slice(begin + 1).findIndex((line) => line.trim() === '' || /^ *hint:/.test(line));
    const last = length < 0 ? all.length - 1 : begin + length;
    const text = all.slice(begin + 1, last + 1).map((line) => line.replace(/^ *(?:╰─▶|`->)/, '').trim()).join(' ').trim();
    const reason = text.replace(/^Because /, '');
    const named = [...text.matchAll(/\byou require ([\w.-]+)/g), ...text.matchAll(/(?:versions? of|[Bb]ecause|only) ([\w.-]+)/g)].map(([, name]) => requirement(name));
    return [
      {
        code: 'uv-no-solution',
        template: reason === '' ? 'uv finds no solution.' : 'uv finds no solution: {reason}',
        data: reason === '' ? {} : { reason: reason.length > 400 ? `${reason.slice(0, 399)}…` : reason },
        first: begin,
        last: Math.max(begin, last),
        quoted: [begin, begin + 1],
        seeks: [...named, PIP],
      },
    ];
  },
};
