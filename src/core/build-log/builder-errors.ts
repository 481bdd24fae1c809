import type { Sought } from './symptoms/model';

/** An error of the builder itself, not of a program that a step ran. */
export interface BuilderError {
  readonly code: string;
  readonly template: string;
  readonly data: Readonly<Record<string, string>>;
  /** What of the failed instruction to show. */
  readonly seeks: readonly Sought[];
  /** An image that FROM, or COPY --from, names. */
  readonly image?: string;
  /** A line of the Dockerfile, from 1. */
  readonly line?: number;
  /** It is about the Dockerfile's `# syntax=` line. */
  readonly frontend?: boolean;
}

interface Pattern {
  readonly code: string;
  readonly pattern: RegExp;
  readonly template: string;
}

/** A name of an image in an error: without a colon of the sentence behind it. */
const IMAGE = String.raw`(?<image>[\w.-]+(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@sha256:[\da-f]+)?)`;

const PATTERNS: readonly Pattern[] = [
  // Before all that speaks of images and programs: it is neither. E.g. https://github.com/fabiogra/moseca/issues/15
  { code: 'credentials-unreadable', pattern: /error getting credentials - ?err: (?<detail>[^\n]+?)(?:, out: .*)?$/m, template: 'Docker could not ask the keeper of its logins ({detail}): credsStore or credHelpers in ~/.docker/config.json name a program that is not here, or that cannot run.' },

  // Files of the context
  { code: 'copy-outside-context', pattern: /[Ff]orbidden path outside the build context: (?<path>\S+)/, template: '{path} lies outside the build context; no instruction can reach it.' },
  { code: 'copy-missing', pattern: /failed to (?:compute cache key|calculate checksum of ref).*?: "?(?<path>\/[^":]*)"?(?: not found)?: not found/, template: 'The build context has no {path}, or .dockerignore leaves it out.' },
  { code: 'copy-missing', pattern: /^"(?<path>\/[^"]*)" not found: not found/m, template: 'The build context has no {path}, or .dockerignore leaves it out.' },
  { code: 'copy-missing', pattern: /(?:COPY|ADD) failed: file not found in build context or excluded by \.dockerignore: stat (?<path>[^:]+):/, template: 'The build context has no {path}, or .dockerignore leaves it out.' },
  { code: 'copy-missing', pattern: /(?:COPY|ADD) failed: stat (?:\/var\/lib\/docker\/\S*?docker-builder\d+\/)?(?<path>[^:]+): no such file or directory/, template: 'The build context has no {path}, or .dockerignore leaves it out.' },
  { code: 'copy-missing', pattern: /(?:COPY|ADD) failed: (?:forbidden path|no source files were specified)/, template: 'Nothing in the build context fits this source.' },
  { code: 'copy-missing', pattern: /failed to walk (?:\S+): lstat \S+\/(?<path>[^:/]+): no such file or directory/, template: 'There is no {path} to copy.' },
  { code: 'copy-many', pattern: /When using (?:COPY|ADD) with more than one source file, the destination must be a directory and end with a \//, template: 'More than one file is copied: the destination must end with /.' },
  { code: 'copy-too-deep', pattern: /cannot copy to non-directory: (?<path>\S+)/, template: 'A folder is copied over the file {path}.' },
  { code: 'add-download', pattern: /(?:ADD failed: failed to GET (?<url>\S+) with status (?<status>[^:]+)|failed to load cache key: invalid response status (?<code>\d+))/, template: 'The download of ADD was refused.' },
  { code: 'context-missing', pattern: /(?:unable to prepare context: path|path) "(?<path>[^"]+)" not found/, template: 'There is no build context {path}.' },

  // Images
  { code: 'image-rate-limit', pattern: /toomanyrequests|429 Too Many Requests/, template: 'The registry serves no more pulls for now: its limit is reached. Signing in (docker login) raises it.' },
  { code: 'image-platform', pattern: /no match for platform in manifest|no matching manifest for (?<platform>\S+) in the manifest list/, template: 'The image is not published for this platform.' },
  { code: 'image-name-invalid', pattern: /failed to parse stage name "(?<image>[^"]*)": invalid reference format|invalid reference format/, template: 'This is no name of an image.' },
  { code: 'image-name-empty', pattern: /base name \((?<name>[^)]*)\) should not be blank/, template: 'The name of the image comes out empty: {name} has no value.' },
  { code: 'registry-certificate', pattern: /(?:tls: failed to verify certificate: )?x509: (?<detail>[^\n]+)/, template: 'The certificate of the registry is not trusted ({detail}): a proxy or a scanner of traffic stands in between, or its authority is not known to the engine.' },
  { code: 'image-denied', pattern: new RegExp(String.raw`(?:pull access denied for |failed to authorize.*for )${IMAGE}?|insufficient_scope: authorization failed|(?:401|403) (?:Unauthorized|Forbidden)|unauthorized: authentication required|denied: requested access`), template: 'The registry does not give this image out: the name is wrong, or docker login is needed.' },
  { code: 'image-missing', pattern: new RegExp(String.raw`manifest for ${IMAGE} not found|failed to resolve source metadata for ${IMAGE.replaceAll('image', 'source')}: \S+: not found|(?:^|: )${IMAGE.replaceAll('image', 'solved')}: not found$|manifest unknown`, 'm'), template: 'The registry has no such image.' },
  { code: 'image-no-tag', pattern: /repository \S+ not found/, template: 'The registry has no such image.' },
  { code: 'registry-unreachable', pattern: /(?:dial tcp[^:]*: lookup (?<host>[\w.-]+)|(?:Get|Head|Post) "?https?:\/\/(?<address>[^/"]+)).*(?:no such host|connection refused|i\/o timeout|server misbehaving|network is unreachable|Client\.Timeout|TLS handshake timeout|connection reset)/, template: 'The registry cannot be reached from this engine.' },

  { code: 'git-context-refused', pattern: /failed to update submodules for (?<repository>\S+): /, template: 'A submodule of {repository} could not be read: no such repository, or it asks for a password or a key.' },

  // The Dockerfile itself
  { code: 'mount-needs-buildkit', pattern: /the --(?<flag>mount|security|network|chmod|link) option requires BuildKit|Unknown flag: (?<unknown>\w+)/, template: 'The legacy builder does not know this flag; BuildKit does.' },
  { code: 'dockerfile-syntax', pattern: /[Dd]ockerfile parse error (?:on )?line (?<line>\d+): (?<detail>.+)/, template: 'Docker cannot read this: {detail}' },
  { code: 'dockerfile-syntax', pattern: /failed to (?:create LLB definition: )?(?:process|parse) "?(?<detail>[^"\n]+)/, template: 'Docker cannot read this: {detail}' },
  { code: 'target-missing', pattern: /(?:target stage "?(?<target>[^"\s]+)"? could not be found|failed to reach build target (?<other>\S+) in Dockerfile)/, template: 'The Dockerfile has no such stage.' },
  { code: 'dockerfile-missing', pattern: /failed to read dockerfile: open (?<path>[^:]+): no such file|Cannot locate (?:specified )?Dockerfile: (?<other>\S+)/, template: 'There is no Dockerfile of this name in the build context.' },
  { code: 'dockerfile-cycle', pattern: /circular dependency detected on stage: (?<stage>\S+)/, template: 'The stage {stage} is built upon itself.' },

  // The engine
  { code: 'disk-full', pattern: /no space left on device|disk quota exceeded/i, template: 'The disk of the engine is full.' },
  { code: 'command-missing', pattern: /exec: \\?"(?<command>[^"\\]+)\\?": (?:executable file not found|stat \S+: no such file)/, template: 'There is no program {command} in the image at this point.' },
  { code: 'platform-mismatch', pattern: /exec format error/, template: 'A program of the image is for another architecture than this engine runs.' },
  { code: 'engine-network-missing', pattern: /network (?<network>\S+) not found/, template: "The engine has no network {network}; '--network host' or 'none' may do." },
  { code: 'secret-missing', pattern: /secret (?<secret>\S+): not found|secret (?<other>\S+) not found/, template: 'The build was not given this secret.' },
  { code: 'memory-out', pattern: /exit code: 137|returned a non-zero code: 137/, template: 'The step was killed: mostly the machine ran out of memory.' },
];

/** What the builder's own words say of a step; undefined where they only tell the status of a program. */
export function readBuilderError(text: string, step = ''): BuilderError | undefined {
  for (const { code, pattern, template } of PATTERNS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const groups = match.groups ?? {};
    const data = Object.fromEntries(Object.entries(groups).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
    const image = groups['image'] ?? groups['source'] ?? groups['solved'];
    const line = groups['line'];
    const path = groups['path'];
    const url = groups['url'];
    const flag = groups['flag'] ?? groups['unknown'];
    const word = flag === undefined ? (groups['command'] ?? groups['secret'] ?? groups['other']) : `--${flag}`;
    return {
      code,
      template,
      data,
      seeks: [
        ...(path === undefined ? [] : [{ kind: 'file', path } as const]),
        ...(url === undefined ? [] : [{ kind: 'url', url } as const]),
        ...(word === undefined ? [] : [{ kind: 'text', text: word } as const]),
      ],
      ...(image !== undefined && { image }),
      ...(line !== undefined && { line: Number(line) }),
      ...((/docker(?:\.io)?\/(?:docker\/)?dockerfile/.test(text) || step.startsWith('resolve image config for')) && /^(?:image|registry|credentials)/.test(code) && { frontend: true }),
    };
  }
  return undefined;
}

/** The status of the program that a step ran, out of the words of any builder. */
export function readExitStatus(text: string): number | undefined {
  const [, code] = /(?:exit code: |returned a non-zero code: |exit status |runc did not terminate successfully: exit status )(\d+)/.exec(text) ?? [];
  return code === undefined ? undefined : Number(code);
}
