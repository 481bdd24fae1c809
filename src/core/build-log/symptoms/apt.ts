import { readLines, type Sought, type Symptom, type SymptomReader } from './model';

const APT: Sought = { kind: 'command', names: ['apt-get', 'apt', 'aptitude', 'apt-key'] };
const UPDATE: Sought = { kind: 'text', text: 'update' };

const lines = readLines([
  {
    code: 'apt-version-missing',
    pattern: /^E: Version '(?<version>[^']+)' for '(?<name>[^']+)' was not found/,
    template: 'The repositories of this stage have no {name} {version}.',
    seeks: ({ name = '', version = '' }) => [{ kind: 'package', name, version }, APT],
  },
  {
    code: 'apt-package-missing',
    pattern: /^E: Unable to locate package (?<name>\S+)/,
    template: 'The repositories of this stage have no package {name}.',
    seeks: ({ name = '' }) => [{ kind: 'package', name }, APT],
  },
  {
    code: 'apt-package-missing',
    pattern: /^E: Package '(?<name>[^']+)' has no installation candidate/,
    template: 'The repositories of this stage know {name}, but have nothing to install for it.',
    seeks: ({ name = '' }) => [{ kind: 'package', name }, APT],
  },
  {
    code: 'apt-package-missing',
    pattern: /^E: Couldn't find any package by (?:glob|regex) '(?<name>[^']+)'/,
    template: 'The repositories of this stage have no package {name}.',
    seeks: ({ name = '' }) => [{ kind: 'package', name }, APT],
  },
  {
    code: 'apt-release-missing',
    pattern: /^E: Release '(?<release>[^']+)' for '(?<name>[^']+)' was not found/,
    template: 'No repository of this stage is of the release {release} that is asked for {name}.',
    seeks: ({ name = '' }) => [{ kind: 'package', name }, APT],
  },
  {
    code: 'apt-held-packages',
    pattern: /^E: Held packages were changed and -y was used without --allow-change-held-packages/,
    template: 'This would change packages that the base image holds; apt does so only with --allow-change-held-packages.',
    seeks: () => [{ kind: 'text', text: 'install' }, APT],
  },
  {
    code: 'apt-downgrade',
    pattern: /^E: Packages were downgraded and -y was used without --allow-downgrades/,
    template: 'This would downgrade packages; apt does so only with --allow-downgrades.',
    seeks: () => [{ kind: 'text', text: 'install' }, APT],
  },
  {
    code: 'apt-confirmation',
    pattern: /^(?:Do you want to continue\? \[Y\/n\] )?Abort\.$|^E: (?:There were unauthenticated packages and -y was used without --allow-unauthenticated|Essential packages were removed and -y was used without)/,
    template: 'apt asked a question that nobody can answer in a build; give it -y.',
    seeks: () => [{ kind: 'text', text: 'install' }, APT],
  },
  {
    code: 'apt-key-missing',
    pattern: /^W: GPG error: (?<url>\S+) .*NO_PUBKEY (?<key>[\dA-F]+)/,
    template: '{url} is signed with the key {key}, which this image does not have.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, UPDATE, APT],
  },
  {
    code: 'apt-key-missing',
    pattern: /^ *The following signatures couldn't be verified because the public key is not available: NO_PUBKEY (?<key>[\dA-F]+)/,
    template: 'A repository is signed with the key {key}, which this image does not have.',
    seeks: () => [UPDATE, APT],
  },
  {
    // E.g. https://github.com/aws/aws-codebuild-docker-images/issues/584
    code: 'apt-key-unreadable',
    pattern: /^W: .*The key\(s\) in the keyring (?<path>\S+) are ignored as the file is not readable by user '_apt'/,
    template: 'apt may not read the keys in {path}: its user _apt has no right to.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, UPDATE, APT],
  },
  {
    code: 'apt-signature-invalid',
    pattern: /(?:BADSIG|EXPKEYSIG|EXPSIG|REVKEYSIG) (?<key>[\dA-F]+)|At least one invalid signature was encountered/,
    template: 'The signature of a repository does not hold.',
    seeks: () => [UPDATE, APT],
  },
  {
    code: 'apt-repository-unsigned',
    pattern: /^E: The repository '(?<url>\S+) [^']*' is (?:not|no longer) signed/,
    template: 'apt refuses {url}: its signature could not be checked.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, UPDATE, APT],
  },
  {
    code: 'apt-repository-missing',
    pattern: /^E: The repository '(?<url>\S+) [^']*' (?:does not have|no longer has|does no longer have) a Release file/,
    template: 'There is no repository for this release at {url}.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, UPDATE, APT],
  },
  {
    code: 'apt-repository-expired',
    pattern: /^E: Release file for (?<url>\S+) is (?<state>not valid yet|expired)/,
    template: 'The index of {url} is {state}: the clock of this machine or the repository is wrong.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, UPDATE, APT],
  },
  {
    code: 'apt-signed-by-conflict',
    pattern: /^E: Conflicting values set for option Signed-By regarding source (?<url>\S+)/,
    template: '{url} is listed twice, with different keys.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, UPDATE, APT],
  },
  {
    // E.g. https://github.com/h2oai/h2o-llmstudio/issues/382, https://github.com/NVIDIA/nvidia-docker/issues/664
    code: 'apt-hash-mismatch',
    pattern: /^E: Failed to fetch (?<url>\S+) +(?<reason>Hash Sum mismatch|File has unexpected size \([^)]*\))/,
    template: 'What comes from {url} is not what the index of the repository promises ({reason}): it is being renewed, or a cache or proxy on the way keeps an old file. Build again later, or past the proxy.',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, { kind: 'package', name: /([^/_]+)_[^/]*\.deb$/.exec(url)?.[1] ?? '' }, UPDATE, APT],
  },
  {
    code: 'apt-download-failed',
    pattern: /^E: Failed to fetch (?<url>\S+) +(?<reason>\S.*)$/,
    template: 'apt could not download {url}: {reason}',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, { kind: 'package', name: /([^/_]+)_[^/]*\.deb$/.exec(url)?.[1] ?? '' }, UPDATE, APT],
  },
  {
    // Older releases of apt end in an error, and only warn of what led to it.
    code: 'apt-index-failed',
    pattern: /^W: Failed to fetch (?<url>\S+) +(?<reason>\S.*)$/,
    template: 'apt could not download {url}: {reason}',
    seeks: ({ url = '' }) => [{ kind: 'url', url }, UPDATE, APT],
  },
  {
    // https://github.com/moby/moby/pull/42681, https://github.com/docker/hub-feedback/issues/2235 (2022-05)
    code: 'apt-clean-up-refused',
    pattern: /^E: Problem executing scripts APT::Update::Post-Invoke/,
    template: 'apt could not run its own clean-up. Mostly the Docker Engine is older than 20.10.9 and refuses a system call that the C library of this image makes: update it, or take an image of an older distribution.',
    seeks: () => [UPDATE, APT],
  },
  {
    code: 'apt-ppa-missing',
    pattern: /^Cannot add PPA: '(?<ppa>[^']+)'/,
    template: 'Launchpad has no archive {ppa}.',
    seeks: () => [{ kind: 'text', text: 'ppa' }, { kind: 'command', names: ['add-apt-repository', 'apt-add-repository'] }],
  },
  {
    code: 'apt-file-missing',
    pattern: /^E: Unsupported file (?<path>\S+) given on commandline/,
    template: 'There is no package file {path} in the image at this point.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, APT],
  },
  {
    code: 'apt-list-malformed',
    pattern: /^E: (?:Malformed (?:entry|line) (?<line>\d+) in (?:list|source) file (?<path>\S+)|Type '[^']*' is not known on line \d+ in source list \S+)/,
    template: 'A list of repositories cannot be read: {path}, entry {line}.',
    seeks: ({ path = '' }) => [{ kind: 'file', path }, UPDATE, APT],
  },
  {
    code: 'apt-space',
    pattern: /^E: You don't have enough free space in (?<path>\S+)/,
    template: 'The disk of the engine is full: apt has no room in {path}.',
    seeks: () => [{ kind: 'text', text: 'install' }, APT],
  },
]);

/** What apt says in one line; of what it says of one fault in several ways that which tells most. */
export const aptLines: SymptomReader = {
  rank: 'tool',
  read(all) {
    const told = lines.read(all);
    const has = (code: string): boolean => told.some((symptom) => symptom.code === code);
    if (has('apt-clean-up-refused')) return told.filter(({ code }) => code === 'apt-clean-up-refused');
    const indexFailed = all.some((line) => /^E: Some index files failed to download/.test(line));
    const named = new Set(told.flatMap(({ code, data }) => (code === 'apt-key-missing' && data['url'] !== undefined ? [data['key']] : [])));
    const unsigned = new Set(told.flatMap(({ code, data }) => (code === 'apt-key-missing' ? [data['url']] : [])));
    return told.filter(({ code, data }) => {
      if (code === 'apt-key-missing') return !has('apt-key-unreadable') && (data['url'] !== undefined || !named.has(data['key']));
      if (code === 'apt-repository-unsigned') return !has('apt-key-unreadable') && !unsigned.has(data['url']);
      return code !== 'apt-index-failed' || (indexFailed && !has('apt-download-failed') && !has('apt-hash-mismatch'));
    });
  },
};

/** The blank at its beginning is lost in many a report. */
const RELATION = /^ ?(?<name>\S+) : (?<relation>\w+): (?<dependency>.+)$/;

/** `The following packages have unmet dependencies:` and the packages below it, each with the first thing that it lacks. */
export const aptDependencies: SymptomReader = {
  rank: 'tool',
  read(lines) {
    const begin = lines.findLastIndex((line) => /^The following packages have unmet dependencies/.test(line));
    if (begin < 0) return [];
    const found: Symptom[] = [];
    // The list is on standard output; what apt says on the other stream may come before it or within it.
    const last = lines.findLastIndex((line) => /^E: /.test(line));
    for (let i = begin + 1; i < lines.length; i++) {
      const { name, relation, dependency } = RELATION.exec(lines[i] ?? '')?.groups ?? {};
      if (name === undefined || relation === undefined || dependency === undefined) continue;
      const needed = /^[\w.+-]+/.exec(dependency)?.[0] ?? '';
      found.push({
        code: 'apt-unmet-dependencies',
        template: '{name} cannot be installed. {relation}: {dependency}',
        data: { name, relation, dependency: dependency.trim() },
        first: i,
        last: Math.max(i, last),
        seeks: [{ kind: 'package', name: name.replace(/:\w+$/, '') }, { kind: 'package', name: needed }, { kind: 'text', text: 'install' }, APT],
      });
    }
    return found;
  },
};
