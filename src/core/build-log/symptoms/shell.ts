import { FETCHERS } from './machine';
import { readLines } from './model';

/** What the shell and Python say when all else went well. */
export const shell = readLines(
  [
    {
      code: 'command-missing',
      pattern: /(?:^|: )(?:\d+: |line \d+: )?(?<command>[\w./+-]+): (?:command not found|not found)$/,
      template: 'There is no program {command} in the image at this point.',
      seeks: ({ command = '' }) => [{ kind: 'command', names: [command], first: true }, { kind: 'text', text: command }],
    },
    {
      code: 'command-missing',
      pattern: /exec: "(?<command>[^"]+)": (?:executable file not found|stat \S+: no such file)/,
      template: 'There is no program {command} in the image at this point.',
      seeks: ({ command = '' }) => [{ kind: 'command', names: [command], first: true }, { kind: 'text', text: command }],
    },
    {
      // E.g. https://github.com/NVlabs/Deep_Object_Pose/issues/33, https://github.com/RTXteam/RTX/issues/2754
      code: 'network-timeout',
      pattern: /^(?!.*Retrying).*(?:ReadTimeoutError: .*host='(?<host>[^']+)'|ConnectTimeoutError|TimeoutError: \[Errno 110\] Connection timed out|: Connection timed out$)/,
      template: 'A server did not answer in time.',
      seeks: ({ host = '' }) => [{ kind: 'url', url: host }, ...FETCHERS],
    },
    {
      // E.g. https://github.com/harvard-itsecurity/docker-misp/issues/54
      code: 'git-repository-missing',
      pattern: /^fatal: not a git repository/,
      template: 'There is no git repository in this folder: .git was not copied, or .dockerignore leaves it out.',
      seeks: () => [{ kind: 'command', names: ['git'] }],
    },
    {
      code: 'permission-denied',
      pattern: /(?<path>[\w./+-]+): Permission denied$/,
      template: '{path} may not be run or written by the user of this step.',
      seeks: ({ path = '' }) => [{ kind: 'file', path }, { kind: 'text', text: path }],
    },
    {
      code: 'python-error',
      pattern: /^(?<error>(?:\w+\.)*\w*(?:Error|Exception): .+)$/,
      template: 'Python stopped: {error}',
      seeks: () => [{ kind: 'command', names: ['python', 'python3', 'pip', 'pip3'] }],
    },
    {
      code: 'file-missing',
      pattern: /(?:can't open file|cannot (?:stat|access|open|find)|can't (?:cd to|open)|[Nn]o such file or directory:?) ['‘`"]?(?<path>[\w./+-]+)/,
      template: 'There is no {path} in the image at this point.',
      seeks: ({ path = '' }) => [{ kind: 'file', path }, { kind: 'text', text: path }],
    },
    {
      code: 'file-missing',
      pattern: /(?<path>[\w./+-]+): No such file or directory$/,
      template: 'There is no {path} in the image at this point.',
      seeks: ({ path = '' }) => [{ kind: 'file', path }, { kind: 'text', text: path }],
    },
  ],
  'last-resort',
);
