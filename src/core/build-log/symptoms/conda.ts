import { baseName } from '../../text/path';
import { readLines, type Sought, type Symptom, type SymptomReader } from './model';

const CONDA: Sought = { kind: 'command', names: ['conda', 'mamba', 'micromamba'] };

const LISTS = /^(?:PackagesNotFoundError: |ResolvePackageNotFound:|UnsatisfiableError: )/;

/** conda's lists: what it cannot find stands below, one name a line with a dash. */
export const condaLists: SymptomReader = {
  rank: 'tool',
  read(lines) {
    const begin = lines.findLastIndex((line) => LISTS.test(line));
    if (begin < 0) return [];
    const found: Symptom[] = [];
    for (let i = begin + 1; i < Math.min(lines.length, begin + 30); i++) {
      const [, spec] = /^ +- +(\S+(?: ?[=<>]\S+)?)/.exec(lines[i] ?? '') ?? [];
      if (spec === undefined) {
        if (found.length > 0) break;
        continue;
      }
      const unsatisfiable = (lines[begin] ?? '').startsWith('Unsatisfiable');
      found.push({
        code: unsatisfiable ? 'conda-unsatisfiable' : 'conda-package-missing',
        template: unsatisfiable ? '{spec} conflicts with the other packages.' : 'The channels have no {spec} for this platform.',
        data: { spec },
        first: i,
        last: i,
        seeks: [{ kind: 'package', name: /^(?:[\w.-]+::)?([\w.-]+)/.exec(spec)?.[1] ?? spec }, { kind: 'text', text: spec }, CONDA],
      });
    }
    return found;
  },
};

/** What conda and mamba say in one line. */
export const condaLines = readLines([
  {
    // https://conda-forge.org/docs/user/cuda/#installing-cuda-packages-without-a-gpu (2026-11)
    code: 'conda-driver-missing',
    pattern: /nothing provides (?:requested )?__cuda\b.*?(?: needed by (?<user>\S+))?$/,
    template: 'A package wants a driver of NVIDIA, which no build has: the variable CONDA_OVERRIDE_CUDA tells conda which CUDA to assume.',
    seeks: ({ user = '' }) => [{ kind: 'package', name: user.replace(/-\d.*$/, '') }, CONDA],
  },
  {
    // E.g. https://github.com/clinical-ai/omop-etl/issues/1
    code: 'conda-unsatisfiable',
    pattern: /- package (?<build>[\w.-]+?)-(?<version>[^-\s]+)-[^-\s]+ requires (?<dependency>.+?), but none of the providers can be installed/,
    template: '{build} {version} needs {dependency}, and no build of that fits the other packages.',
    seeks: ({ build = '', dependency = '' }) => [{ kind: 'package', name: build }, { kind: 'package', name: dependency.split(' ')[0] ?? '' }, CONDA],
  },
  {
    code: 'conda-environment-missing',
    pattern: /^EnvironmentLocationNotFound: Not a conda environment: (?<path>\S+)/,
    template: 'There is no conda environment {path} in the image at this point.',
    seeks: ({ path = '' }) => [{ kind: 'text', text: baseName(path) }, CONDA],
  },
  {
    code: 'conda-package-missing',
    pattern: /nothing provides (?:requested )?(?<spec>[\w.-]+(?: [^\s]+)?)(?: needed by (?<user>\S+))?/,
    template: 'The channels have no {spec} for this platform.',
    seeks: ({ spec = '', user = '' }) => [{ kind: 'package', name: spec.split(' ')[0] ?? '' }, { kind: 'package', name: user.replace(/-\d.*$/, '') }, CONDA],
  },
  {
    code: 'conda-download-failed',
    pattern: /^CondaHTTPError: HTTP (?<status>\S+) .*for url <(?<url>[^>]+)>/,
    template: 'conda could not download {url}: HTTP {status}.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, CONDA],
  },
  {
    code: 'conda-terms',
    pattern: /^CondaToSNonInteractiveError: Terms of Service have not been accepted for the following channels/,
    template: 'The terms of service of the default channels must be accepted, or another channel taken.',
    seeks: () => [CONDA],
  },
  {
    code: 'conda-file-missing',
    pattern: /^EnvironmentFileNotFound: '(?<path>[^']+)' file not found/,
    template: 'There is no {path} in the image at this point; it must be copied first.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, CONDA],
  },
]);
