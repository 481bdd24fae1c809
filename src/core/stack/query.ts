import type { Component, ComponentKind, StackState, VersionClaim } from './model';

/** The component of a kind that was installed last; undefined when there is none. */
export function findComponent(state: StackState, kind: ComponentKind): Component | undefined {
  for (let i = state.components.length - 1; i >= 0; i--) {
    const item = state.components[i];
    if (item?.kind === kind) return item;
  }
  return undefined;
}

/** All components of a kind, in the order of their installation. */
export function findComponents(state: StackState, kind: ComponentKind): readonly Component[] {
  return state.components.filter((item) => item.kind === kind);
}

/** The digits that are certain of a version: the whole of an exact one, the leading parts of a prefix; else undefined. */
export function knownVersion(claim: VersionClaim | undefined): string | undefined {
  return claim !== undefined && (claim.type === 'exact' || claim.type === 'prefix') ? claim.version : undefined;
}

/**
 * The CUDA that programs of a stage meet: that of the base image or of an installed toolkit.
 * Undefined when there is none, when its version is not known, or when several differ (which of them is used cannot be told).
 */
export function stageCuda(state: StackState): { readonly version: string; readonly component: Component } | undefined {
  let found: { readonly version: string; readonly component: Component } | undefined;
  for (const item of state.components) {
    if (item.kind !== 'cuda' && !(item.kind === 'cudart' && item.via !== 'pip' && item.via !== 'conda')) continue;
    const version = knownVersion(item.version);
    if (version === undefined) return undefined;
    if (found === undefined || agree(found.version, version)) {
      if (found === undefined || version.length > found.version.length) found = { version, component: item };
    } else return undefined;
  }
  return found;
}

/** True when one dotted version is a prefix of the other, part by part: 12.4 and 12.4.1. */
function agree(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return long === short || long.startsWith(`${short}.`);
}

/** The home folder of a user, as the packages of all distributions make it. */
export function homeOf(user: string | undefined): string {
  const name = user?.split(':')[0];
  return name === undefined || name === '' || name === 'root' || name === '0' ? '/root' : `/home/${name}`;
}
