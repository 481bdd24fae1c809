/** What a file is to this project, told by its name. */
export type FileKind = 'dockerfile' | 'compose' | 'devcontainer' | 'requirements' | 'shell';

const KINDS: readonly { readonly kind: FileKind; readonly name: RegExp }[] = [
  // `Dockerfile.dockerignore` belongs to a Dockerfile and is none.
  { kind: 'dockerfile', name: /^(?:docker|container)file(?:[.\-_](?!dockerignore$).+)?$/i },
  { kind: 'dockerfile', name: /^.+\.(?:docker|container)file$/i },
  // compose.yaml, compose.gpu.yml, docker-compose-dev.yml, docker-compose.override.yaml
  { kind: 'compose', name: /^(?:docker-)?compose(?:[.\-_].+)?\.ya?ml$/i },
  { kind: 'devcontainer', name: /^\.?devcontainer\.json$/i },
  { kind: 'requirements', name: /^(?:.+[.\-_])?(?:requirements|constraints)(?:[.\-_].+)?\.txt$/i },
  { kind: 'shell', name: /^.+\.(?:sh|bash)$/i },
];

/**
 * The kind of a file by its path; undefined for any other file. Separators are `/` and `\`. Requirements files also
 * go by any name in a folder `requirements` (`requirements/gpu.txt`).
 */
export function fileKind(path: string): FileKind | undefined {
  const parts = path.split(/[/\\]/);
  const name = parts.pop() ?? '';
  const kind = KINDS.find((each) => each.name.test(name))?.kind;
  if (kind !== undefined) return kind;
  return parts.pop() === 'requirements' && /\.txt$/i.test(name) ? 'requirements' : undefined;
}
