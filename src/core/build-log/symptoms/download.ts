import { readLines, type Sought, type Symptom, type SymptomReader } from './model';

const FETCHERS: Sought = { kind: 'command', names: ['wget', 'curl', 'git', 'aria2c', 'ADD'] };

/** wget prints the address some lines before the error. */
export const wget: SymptomReader = {
  rank: 'tool',
  read(lines) {
    const found: Symptom[] = [];
    lines.forEach((line, index) => {
      const status = /ERROR (\d{3}): (.+?)\.?$/.exec(line) ?? /^wget: server returned error: HTTP\/\S+ (\d{3}) ?(.*)$/.exec(line);
      if (status === null) return;
      const address = findAddress(lines.slice(0, index));
      found.push({
        code: 'download-refused',
        template: address === undefined ? 'The download was answered with {status} {reason}.' : '{url} was answered with {status} {reason}.',
        data: { status: status[1] ?? '', reason: status[2] ?? '', ...(address !== undefined && { url: address }) },
        first: index,
        last: index,
        seeks: [...(address === undefined ? [] : [{ kind: 'url', url: address } as const]), FETCHERS],
      });
    });
    return found;
  },
};

/** The address that wget told last: `--2024-01-02 03:04:05--  URL`, `URL:` of `wget -nv`, `Connecting to HOST (…)` of busybox. */
function findAddress(lines: readonly string[]): string | undefined {
  for (const line of [...lines].reverse()) {
    const found = /^--\d{4}-\d\d-\d\d [\d:]+--  (\S+)/.exec(line) ?? /^(https?:\/\/\S+):$/.exec(line) ?? /^Connecting to (\S+) \([\d.:[\]a-f]+\)$/.exec(line);
    if (found?.[1] !== undefined) return found[1];
  }
  return undefined;
}

/** What curl, git and archive tools say in one line. */
export const downloads: SymptomReader = {
  rank: 'tool',
  read(all) {
    const told = lines.read(all);
    // Before it says which submodule it could not get, git tells the host.
    const submodule = told.find(({ code }) => code === 'git-submodule-refused');
    return submodule === undefined ? told : told.filter(({ code }) => code !== 'git-refused' && code !== 'git-key-refused');
  },
};

const GIT: Sought = { kind: 'command', names: ['git', 'pip', 'pip3', 'cmake'] };

const lines = readLines([
  {
    code: 'download-refused',
    pattern: /^curl: \(22\) The requested URL returned error: (?<status>\d{3}) ?(?<reason>.*)$/,
    template: 'The download was answered with {status} {reason}.',
    seeks: () => [{ kind: 'command', names: ['curl'] }],
  },
  {
    code: 'download-certificate',
    pattern: /^(?:curl: \((?:60|77)\) (?<reason>.*)|ERROR: (?:The certificate of|cannot verify) (?<host>\S+?)['’]s? .*)/,
    template: 'The certificate of the server could not be checked: install ca-certificates first.',
    seeks: ({ host = '' }) => [...(host === '' ? [] : [{ kind: 'url', url: host.replace(/[‘’']/g, '') } as const]), { kind: 'command', names: ['curl', 'wget'] }],
  },
  {
    code: 'download-failed',
    pattern: /^curl: \((?<status>\d+)\) (?<reason>.+)$/,
    template: 'curl could not download: {reason}.',
    seeks: () => [{ kind: 'command', names: ['curl'] }],
  },
  {
    code: 'git-branch-missing',
    pattern: /(?:Remote branch (?<branch>\S+) not found in upstream|pathspec '(?<other>[^']+)' did not match)/,
    template: 'The repository has no such branch, tag or commit.',
    seeks: ({ branch, other }) => [{ kind: 'text', text: branch ?? other ?? '' }, { kind: 'command', names: ['git'] }],
  },
  {
    // E.g. https://github.com/NimbleBoxAI/ChainFury/issues/177
    code: 'git-submodule-refused',
    pattern: /^fatal: clone of '(?<url>[^']+)' into submodule path '[^']+' failed/,
    template: 'git could not read the submodule {url}: no such repository, or it asks for a password or a key.',
    seeks: ({ url = '' }) => [{ kind: 'url', url: url.replace(/\/$/, '') }, GIT],
  },
  {
    // E.g. https://github.com/sap-labs-france/ev-server/issues/1763; https://docs.docker.com/reference/dockerfile/#run---mounttypessh
    code: 'git-key-refused',
    pattern: /^(?:(?<host>\S+): Permission denied \((?:publickey|[^)]*,publickey)[^)]*\)\.?|Host key verification failed\.)$/,
    template: 'git got no key for ssh in this step. RUN --mount=type=ssh and docker build --ssh lend it one; public repositories need none over https.',
    seeks: ({ host = '' }) => [{ kind: 'text', text: host }, GIT],
  },
  {
    code: 'git-refused',
    pattern: /^fatal: (?:repository|unable to access|could not read Username for) '(?<url>[^']+)'/,
    template: 'git could not read {url}: no such repository, or it asks for a password.',
    seeks: ({ url = '' }) => [{ kind: 'url', url: url.replace(/\/$/, '') }, GIT],
  },
  {
    code: 'archive-missing',
    pattern: /^(?:tar: (?<path>\S+): Cannot open: No such file or directory|tar: can't open '(?<other>[^']+)': No such file|unzip: +cannot find or open (?<zip>\S+?),)/,
    template: 'There is no such archive in the image at this point.',
    seeks: ({ path = '', other = '', zip = '' }) => [{ kind: 'file', path: path || other || zip }, { kind: 'command', names: ['tar', 'unzip'] }],
  },
  {
    code: 'archive-damaged',
    pattern: /^(?:gzip: stdin: not in gzip format|xz: \(stdin\): File format not recognized|tar: This does not look like a tar archive|bzip2: \(stdin\) is not a bzip2 file|tar: invalid tar magic|tar: short read)/,
    template: 'The file is no such archive: mostly the download brought a page with an error instead.',
    seeks: () => [{ kind: 'command', names: ['tar', 'curl', 'wget'] }],
  },
  {
    code: 'checksum-mismatch',
    pattern: /(?:computed checksum did NOT match|^sha256sum: WARNING:)/,
    template: 'A downloaded file is not the one whose checksum is written here.',
    seeks: () => [{ kind: 'command', names: ['sha256sum', 'sha512sum', 'md5sum', 'sha1sum'] }],
  },
]);
