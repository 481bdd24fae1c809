import type { PipRequirement } from '../shell/installers/model';
import type { Range } from '../text/range';
import { UNKNOWN, type Traced } from '../text/traced';

/** Where a requirement stands. */
export interface RequirementPlace {
  readonly file: string;
  readonly range: Range;
  readonly origin: PipRequirement['origin'];
  readonly editable: boolean;
}

/** Name, extras and what follows them, as in https://packaging.python.org/en/latest/specifications/dependency-specifiers/ */
const NAMED = /^([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*(.*)$/s;
const ARCHIVE = /\.(?:whl|tar\.gz|tgz|zip|tar\.bz2|tar\.xz)$/i;
/** https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-name-convention */
const WHEEL = /^([\w.]+)-([\w.!+]+?)(?:-\d\w*)?-([\w.]+)-([\w.]+)-([\w.]+)\.whl$/;

/**
 * Reads one requirement as pip takes it on its command line or in a requirements file: a name with extras, specifier
 * and marker, `name @ url`, a URL, a VCS URL with `#egg=`, a wheel, or a local path. Undefined for an empty text.
 */
export function parseRequirement(text: Traced, place: RequirementPlace): PipRequirement | undefined {
  const value = text.value.trim();
  if (value === '') return undefined;
  const base = { text, ...place };
  const direct = /^([\w.-]+)\s*(?:\[([^\]]*)\])?\s*@\s*(.+)$/s.exec(value);
  if (direct !== null) {
    const [target, marker] = splitMarker(direct[3] ?? '', / ;/);
    return { ...base, name: normaliseName(direct[1] ?? ''), extras: splitExtras(direct[2]), specifier: '', url: target, wheel: parseWheel(target), marker };
  }
  if (isLocation(value)) {
    const [target, marker] = splitMarker(value, / ;/);
    const wheel = parseWheel(target);
    const bare = target.replace(/[?#].*$/, '');
    const egg = /[#&]egg=([\w.-]+)(?:\[([^\]]*)\])?/.exec(target);
    const extras = egg?.[2] ?? /\[([^\]]*)\]$/.exec(bare)?.[1];
    const name = egg?.[1] ?? wheelName(target) ?? '';
    return { ...base, name: normaliseName(name), extras: splitExtras(extras), specifier: '', url: target, wheel, marker };
  }
  const [requirement, marker] = splitMarker(value, /;/);
  const named = NAMED.exec(requirement);
  const specifier = (named?.[3] ?? '').trim().replace(/^\((.*)\)$/s, '$1');
  // What is neither a name alone nor followed by a specifier is no requirement that pip would take: its name stays open.
  const readable = named !== null && (specifier === '' || /^[<>=!~]/.test(specifier));
  return {
    ...base,
    name: readable ? normaliseName(named[1] ?? '') : '',
    extras: splitExtras(named?.[2]),
    specifier: readable ? specifier : '',
    url: undefined,
    wheel: undefined,
    marker,
  };
}

/** The name as PEP 503 compares it. */
export function normaliseName(name: string): string {
  return name.includes(UNKNOWN) ? '' : name.toLowerCase().replace(/[-_.]+/g, '-');
}

function isLocation(value: string): boolean {
  const first = value.split(/[\s;]/, 1)[0] ?? '';
  return (
    /^[a-z+]+:\/\//i.test(value) ||
    value.startsWith('file:') ||
    /^(?:\.{0,2}\/|~\/|\.(?:\.)?(?:\[|$|\s))/.test(value) ||
    /^[A-Za-z]:\\/.test(value) ||
    ARCHIVE.test(first.replace(/[?#].*$/, '').replace(/\[[^\]]*\]$/, '')) ||
    (/\//.test(first) && !/[<>=!~\s]/.test(first))
  );
}

function splitMarker(value: string, separator: RegExp): readonly [string, string | undefined] {
  const at = value.search(separator);
  if (at < 0) return [value, undefined];
  const marker = value.slice(value.indexOf(';', at) + 1).trim();
  return [value.slice(0, at).trim(), marker === '' ? undefined : marker];
}

function splitExtras(list: string | undefined): readonly string[] {
  return (list ?? '')
    .split(',')
    .map((extra) => extra.trim())
    .filter((extra) => extra !== '');
}

function fileName(location: string): string {
  const path = location.replace(/[?#].*$/, '');
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\[[^\]]*\]$/, '');
  return name.replace(/%2[bB]/g, '+');
}

function wheelName(location: string): string | undefined {
  const name = fileName(location);
  const wheel = WHEEL.exec(name);
  return wheel?.[1] ?? /^([A-Za-z][\w.-]*?)-\d[\w.+!]*\.(?:tar\.gz|tgz|zip|tar\.bz2)$/.exec(name)?.[1];
}

/** The parts of a wheel's file name at the end of a URL or path; undefined for anything else. */
function parseWheel(location: string): PipRequirement['wheel'] {
  const [, , version, python, abi, platform] = WHEEL.exec(fileName(location)) ?? [];
  if (version === undefined || python === undefined || abi === undefined || platform === undefined) return undefined;
  return { version, python, abi, platform };
}
