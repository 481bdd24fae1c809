import { readLines, type Sought } from './model';

/** Programs that need a network, the first of a step before later ones. */
export const FETCHERS: readonly Sought[] = ['apt-get', 'apt', 'pip', 'pip3', 'wget', 'curl', 'git', 'conda', 'yum', 'dnf', 'apk', 'npm', 'add-apt-repository', 'apt-add-repository', 'apt-key', 'gpg'].map((name) => ({ kind: 'command', names: [name], first: true }));

/** What makes any tool fail: no room, no network, another machine's programs. */
export const machine = readLines(
  [
    {
      code: 'disk-full',
      pattern: /[Nn]o space left on device|^E: You don't have enough free space|Disk quota exceeded/,
      template: 'The disk of the engine is full.',
      seeks: () => [],
    },
    {
      code: 'platform-mismatch',
      pattern: /exec (?:user process caused[^:]*: )?.*[Ee]xec format error|: cannot execute binary file: Exec format error/,
      template: 'A program of the image is for another architecture than this engine runs.',
      seeks: () => [],
    },
    {
      code: 'network-unresolved',
      pattern: /(?:Temporary failure resolving '(?<apt>[^']+)'|Could not resolve '(?<apt2>[^']+)'|Could not resolve host: (?<curl>[^\s;]+)|unable to resolve host address [‘'](?<wget>[^’']+)|wget: bad address '(?<busybox>[^']+)'|Temporary failure in name resolution|Name or service not known|Failed to resolve '(?<pip>[^']+)')/,
      template: 'The build has no network, or its name server does not answer.',
      seeks: ({ apt, apt2, curl, wget, busybox, pip }) => [...[apt ?? apt2 ?? curl ?? wget ?? busybox ?? pip].flatMap((host) => (host === undefined ? [] : [{ kind: 'url', url: host } as const])), ...FETCHERS],
    },
  ],
  'cause',
);
