/** What a file is to this project, told by its name. */
export type FileKind = 'dockerfile' | 'compose' | 'devcontainer' | 'bake' | 'requirements';

const KINDS: readonly { readonly kind: FileKind; readonly name: RegExp }[] = [
  // Dockerfile, Dockerfile.gpu, Dockerfile-cu118, Containerfile
  { kind: 'dockerfile', name: /^(?:docker|container)file(?:[.\-_].+)?$/i },
  { kind: 'dockerfile', name: /^.+\.(?:docker|container)file$/i },
  // compose.yaml, compose.gpu.yml, docker-compose-dev.yml, docker-compose.override.yaml, gpu.compose.yaml
  { kind: 'compose', name: /^(?:.+[.\-_])?(?:docker-)?compose(?:[.\-_].+)?\.ya?ml$/i },
  { kind: 'devcontainer', name: /^\.?devcontainer\.json$/i },
  // docker-bake.hcl, docker-bake.json, docker-bake.override.hcl, docker-bake-release.hcl
  { kind: 'bake', name: /^docker-bake(?:[.\-_].+)?\.(?:hcl|json)$/i },
  { kind: 'requirements', name: /^(?:.+[.\-_])?(?:requirements|constraints)(?:[.\-_].+)?\.txt$/i },
];

/** Endings of files that only carry the word Dockerfile in their name: `Dockerfile.dockerignore`, `dockerfile_lint.py`. */
const OTHER_ENDING = /\.(?:dockerignore|md|rst|html|json|ya?ml|toml|xml|py|go|rs|[cm]?[jt]sx?|java|kt|rb|php|lua|cs|c|cc|cpp|h|hpp|sh|ps1|orig|rej)$/i;

/**
 * The kind of a file by its path; undefined for any other file. Separators are `/` and `\`. Requirements files also
 * go by any name in a folder `requirements` (`requirements/gpu.txt`).
 */
export function fileKind(path: string): FileKind | undefined {
  const parts = path.split(/[/\\]/);
  const name = parts.pop() ?? '';
  const kind = KINDS.find((each) => each.name.test(name))?.kind;
  if (kind === 'dockerfile' && OTHER_ENDING.test(name)) return undefined;
  if (kind !== undefined) return kind;
  return parts.pop() === 'requirements' && /\.txt$/i.test(name) ? 'requirements' : undefined;
}
