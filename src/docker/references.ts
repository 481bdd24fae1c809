// Names of images as the engine's API wants them: apart.

/** `registry/name:tag@digest` -> what comes before the tag or digest, and the tag or digest itself. */
export function splitReference(reference: string): { readonly repository: string; readonly tag: string | null; readonly digest: string | null } {
  const [name = '', digest] = reference.split('@');
  const colon = name.lastIndexOf(':');
  const hasTag = colon > name.lastIndexOf('/');
  return { repository: hasTag ? name.slice(0, colon) : name, tag: hasTag ? name.slice(colon + 1) : null, digest: digest ?? null };
}

/** The registry of a reference in the words of Docker's credentials: `docker.io` for a name without one. */
export function registryOf(reference: string): string {
  const { repository } = splitReference(reference);
  const slash = repository.indexOf('/');
  const first = slash < 0 ? '' : repository.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost';
  // The command line takes Docker Hub's old name for the new one.
  return isHost && first !== 'index.docker.io' ? first : 'docker.io';
}
