import { UNKNOWN, type Traced } from '../../text/traced';
import type { ShellWord } from '../model';
import type { PackageSpec } from './model';

/** `name`, `name:arch`, `name=version`, `name/release`, `./file.deb`, as apt, apt-mark and apk (`name~=version`) read them. */
export function parsePackage(word: ShellWord): PackageSpec {
  const { text } = word;
  const value = text.value;
  if (isLocalFile(value)) return plainSpec(word, true);
  const operator = /[~<>]?=|[<>]/.exec(value);
  const slash = operator === null ? value.indexOf('/') : -1;
  const nameEnd = operator?.index ?? (slash < 0 ? value.length : slash);
  const colon = value.slice(0, nameEnd).lastIndexOf(':');
  const architecture = colon > 0 ? value.slice(colon + 1, nameEnd) : undefined;
  return {
    name: text.slice(0, colon > 0 ? colon : nameEnd),
    version: operator === null ? undefined : versionAfter(text, operator.index, operator[0]),
    architecture: architecture === undefined || architecture === '' ? undefined : architecture,
    release: slash < 0 ? undefined : value.slice(slash + 1),
    range: word.range,
    text,
    localFile: false,
  };
}

/** apk's `>`, `<` and `~=` bound a version and do not pin it: they stay in front of it. */
function versionAfter(text: Traced, start: number, operator: string): Traced {
  return text.slice(operator === '=' ? start + 1 : start);
}

/**
 * `name-version-release.arch` of yum, dnf and zypper. A version is split off where it has a dot (`libnvinfer8-8.2.0-1.cuda10.2`);
 * numbers without one belong to the name (`cuda-toolkit-11-8`).
 */
export function parseRpmPackage(word: ShellWord): PackageSpec {
  const { text } = word;
  const value = text.value;
  if (isLocalFile(value) || value.includes('://')) return plainSpec(word, true);
  const equals = value.indexOf('=');
  if (equals > 0) return { ...plainSpec(word, false), name: text.slice(0, equals), version: text.slice(equals + 1) };
  const suffix = /\.(x86_64|aarch64|noarch|i686|ppc64le)$/.exec(value);
  const end = suffix?.index ?? value.length;
  const split = VERSIONED.exec(value.slice(0, end));
  const nameEnd = split?.[1]?.length ?? end;
  return {
    ...plainSpec(word, false),
    name: text.slice(0, nameEnd),
    version: split === null ? undefined : text.slice(nameEnd + 1, end),
    architecture: suffix?.[1],
  };
}

const VERSIONED = new RegExp(`^(.+?)-((?:\\d+:)?\\d+\\.[^-]*(?:-[\\d${UNKNOWN}][^-]*)?|${UNKNOWN}.*)$`);

/** A word that is a package name as a whole. */
export function plainSpec(word: ShellWord, localFile: boolean): PackageSpec {
  return { name: word.text, version: undefined, architecture: undefined, release: undefined, range: word.range, text: word.text, localFile };
}

function isLocalFile(value: string): boolean {
  return /^(?:\.{0,2}|~|\uFFFC[^=]*)\/|\.(?:deb|rpm)$/.test(value);
}
