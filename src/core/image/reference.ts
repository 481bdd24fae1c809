import { UNKNOWN } from '../text/traced';
import type { ImageReference } from './model';

// The grammar of github.com/distribution/reference, with UNKNOWN allowed where an unresolved variable may stand.
const HOST = new RegExp(`^(?:[A-Za-z0-9.${UNKNOWN}-]+|\\[[0-9A-Fa-f:]+\\])(?::[0-9${UNKNOWN}]+)?$`);
const COMPONENT = new RegExp(`^[a-z0-9${UNKNOWN}]+(?:(?:[._]|__|-+)[a-z0-9${UNKNOWN}]+)*$`);
const TAG = new RegExp(`^[\\w${UNKNOWN}][\\w.${UNKNOWN}-]{0,127}$`);
const DIGEST = new RegExp(`^[A-Za-z0-9_+.${UNKNOWN}-]+:[0-9A-Fa-f${UNKNOWN}]+$`);
const MAXIMUM_LENGTH = 1024;

/**
 * Splits `registry/path:tag@digest` as Docker does: the first component is a registry when it holds a dot, a colon or
 * an upper-case letter, or is `localhost`; here also when it is wholly unknown. Undefined for what is no reference.
 * @param text the reference after expansion; unknown parts are UNKNOWN characters
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text === '' || text.length > MAXIMUM_LENGTH) return undefined;
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !DIGEST.test(digest)) return undefined;
  const named = at < 0 ? text : text.slice(0, at);

  const firstSlash = named.indexOf('/');
  const first = named.slice(0, Math.max(firstSlash, 0));
  const registry = isRegistry(first) ? first : undefined;
  if (registry !== undefined && !HOST.test(registry)) return undefined;
  const start = registry === undefined ? 0 : firstSlash + 1;

  const colon = named.indexOf(':', start);
  const end = colon < 0 ? named.length : colon;
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const repository = named.slice(start, end);
  if (!repository.split('/').every((component) => COMPONENT.test(component))) return undefined;
  return {
    text,
    registry,
    repository,
    repositoryRange: { start, end },
    tag,
    tagRange: tag === undefined ? undefined : { start: end + 1, end: named.length },
    digest,
  };
}

function isRegistry(component: string): boolean {
  return component === 'localhost' || component === UNKNOWN || /[.:A-Z]/.test(component);
}
