/**
 * What `--target` has to be for a stage that is given by its name or its number, for builders know names alone (Docker
 * 20.10 was seen to refuse `--target 0`). `last`: none, it is what is built anyway. `nameless`: the stage cannot be built alone.
 */
export function targetOf(stages: readonly { readonly name: string | null | undefined; readonly index: number }[], stage: string): { readonly kind: 'named'; readonly name: string } | { readonly kind: 'last' | 'nameless' } {
  const numbered = stages.find(({ name, index }) => (name ?? String(index)) === stage && (name === null || name === undefined));
  if (numbered === undefined) return { kind: 'named', name: stage };
  return { kind: numbered.index === stages.length - 1 ? 'last' : 'nameless' };
}
