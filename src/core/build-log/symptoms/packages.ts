import { readLines, type Sought } from './model';

const YUM: Sought = { kind: 'command', names: ['yum', 'dnf', 'microdnf', 'tdnf', 'zypper', 'rpm'] };

/** Package managers of other distributions. */
export const otherManagers = readLines([
  {
    code: 'yum-package-missing',
    pattern: /^(?:No package (?<name>\S+) available\.?|No match for argument: (?<other>\S+)|Error: Unable to find a match: (?<match>\S+))/,
    template: 'The repositories of this stage have no such package.',
    seeks: ({ name, other, match }) => [{ kind: 'package', name: name ?? other ?? match ?? '' }, { kind: 'text', text: (name ?? other ?? match ?? '').replace(/-\d.*$/, '') }, YUM],
  },
  {
    code: 'yum-repository-broken',
    pattern: /^(?:Error: )?(?:Failed to download metadata for repo|Cannot find a valid baseurl for repo:?) '?(?<repo>[^':\s]+)/,
    template: 'The repository {repo} cannot be read.',
    seeks: () => [YUM],
  },
  {
    code: 'apk-package-missing',
    pattern: /^ +(?<name>\S+) \(no such package\):/,
    template: 'The repositories of this stage have no package {name}.',
    seeks: ({ name = '' }) => [{ kind: 'package', name }, { kind: 'command', names: ['apk'] }],
  },
  {
    code: 'npm-error',
    pattern: /^npm (?:ERR!|error) (?<reason>\d{3} .+|code \w+|.+ not found)$/,
    template: 'npm stopped: {reason}',
    seeks: () => [{ kind: 'command', names: ['npm', 'yarn', 'pnpm'] }],
  },
]);
