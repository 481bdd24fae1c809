import { baseName } from '../../text/path';
import { readLines, type Sought, type Symptom, type SymptomReader } from './model';

const PIP: Sought = { kind: 'command', names: ['pip', 'pip3', 'uv', 'pipx', 'poetry', 'python', 'python3'] };

const requirement = (text = ''): Sought => ({ kind: 'requirement', name: /^[\w.-]+/.exec(text.trim())?.[0] ?? text });

/** What pip and uv say in one line. */
export const pipLines = readLines([
  {
    code: 'pip-no-python-match',
    pattern: /^ *ERROR: Package '(?<name>[^']+)' requires a different Python: (?<python>\S+) not in '(?<wanted>[^']+)'/,
    template: '{name} needs Python {wanted}; this image has {python}.',
    seeks: ({ name }) => [requirement(name), PIP],
  },
  {
    code: 'pip-no-matching-version',
    pattern: /^ *(?:ERROR: )?Could not find a version that satisfies the requirement (?<requirement>.+?)(?: \(from (?!versions)[^)]*\))? \(from versions: (?<versions>.*)\)/,
    template: 'pip finds no build of {requirement} for this Python and platform. The index offers: {versions}',
    seeks: ({ requirement: name }) => [requirement(name), PIP],
  },
  {
    code: 'pip-no-matching-version',
    pattern: /^ *(?:ERROR: )?No matching distribution found for (?<requirement>.+?)(?: \(from .*\))?$/,
    template: 'pip finds no build of {requirement} for this Python and platform.',
    seeks: ({ requirement: name }) => [requirement(name), PIP],
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
  {
    code: 'uv-no-solution',
    pattern: /Because (?<reason>(?:there (?:is no version of|are no versions of)|only|no versions of) .+)$/,
    template: 'uv finds no solution: {reason}',
    seeks: ({ reason = '' }) => [requirement(/(?:version of|versions of|only) ([\w.-]+)/.exec(reason)?.[1]), PIP],
  },
]);

/** `error: subprocess-exited-with-error` and its like: the package is the one collected last. */
export const pipBuild: SymptomReader = {
  rank: 'tool',
  read(lines) {
    const at = lines.findLastIndex((line) => /(?:error|note): (?:subprocess-exited-with-error|metadata-generation-failed|legacy-install-failure)|Command "python setup\.py egg_info" failed|Command errored out with exit status/.test(line));
    if (at < 0) return [];
    const collected = lines.findLastIndex((line, i) => i < at && /^ *(?:Collecting|Processing|Building wheel for|Building wheels? for collected packages:|Running setup\.py (?:install|bdist_wheel) for) \S+/.test(line));
    const named = /(?:Collecting|Processing|packages:|for) ([^\s,(<>=!~[]+)/.exec(lines[collected] ?? '')?.[1];
    const name = named === undefined ? undefined : baseName(named);
    if (name === undefined) return [];
    // The exception stands just above or below the note.
    const around = lines.slice(collected, at + 40);
    const reason = around.findLast((line) => /^ *(?:\w+\.)*\w*(?:Error|Exception): \S/.test(line))?.trim();
    const symptom: Symptom = {
      code: 'pip-build-failed',
      template: reason === undefined ? 'The setup of {name} failed.' : 'The setup of {name} failed. {reason}',
      data: { name, ...(reason !== undefined && { reason }) },
      first: collected,
      last: at,
      seeks: [requirement(name), PIP],
    };
    return [symptom];
  },
};
