import { compare, explain, filter, satisfies } from '@renovatebot/pep440';
import { remember } from '../text/remember';

/** A Python version in its parts (PEP 440). */
export interface Pep440Version {
  /** Numbers of the release: `2.1.0rc1+cu118` → [2, 1, 0]. */
  readonly release: readonly number[];
  /** Without the local part, in normal form: `2.1.0rc1`. */
  readonly public: string;
  /** After `+`: `cu118`. */
  readonly local: string | undefined;
  /** Alpha, beta, release candidate or development release. */
  readonly isPrerelease: boolean;
}

/** The parts of a Python version; undefined for what PEP 440 does not allow. */
export const parsePep440 = remember((text: string): Pep440Version | undefined => {
  const version = attempt(() => explain(text));
  if (version === undefined || version === null) return undefined;
  return {
    release: version.release,
    public: version.public,
    local: version.local ?? undefined,
    isPrerelease: version.is_prerelease,
  };
});

/** Order of two Python versions: negative, 0 or positive; undefined when one of them is none. */
export function comparePep440(a: string, b: string): number | undefined {
  return parsePep440(a) === undefined || parsePep440(b) === undefined ? undefined : attempt(() => compare(a, b));
}

/** One clause of a specifier. */
export interface SpecifierClause {
  readonly operator: '==' | '!=' | '<=' | '>=' | '<' | '>' | '~=' | '===';
  /** Without the wildcard: `8.6` of `==8.6.*`. */
  readonly version: string;
  readonly wildcard: boolean;
}

const CLAUSE = /^(===|~=|==|!=|<=|>=|<|>)\s*([^\s,]+?)(\.\*)?$/;

/**
 * The clauses of a specifier: `>=2.0,<3` → two, the empty text → none. Undefined when one of them is not PEP 440.
 */
export const parseSpecifier = remember((specifier: string): readonly SpecifierClause[] | undefined => {
  const clauses: SpecifierClause[] = [];
  for (const part of specifier.split(',').map((text) => text.trim())) {
    if (part === '') continue;
    const match = CLAUSE.exec(part);
    const version = match?.[2] ?? '';
    const operator = match?.[1] as SpecifierClause['operator'];
    if (match === null || (operator !== '===' && parsePep440(version) === undefined)) return undefined;
    clauses.push({ operator, version, wildcard: match[3] !== undefined });
  }
  return clauses;
});

/** The one version that a specifier allows: `==2.1.0+cu118` → `2.1.0+cu118`; undefined for ranges, wildcards and `==a,==b`. */
export function exactVersionOf(specifier: string): string | undefined {
  const exact = parseSpecifier(specifier)?.filter((clause) => clause.operator.startsWith('==') && !clause.wildcard);
  return exact?.length === 1 ? exact[0]?.version : undefined;
}

/**
 * Whether `version` satisfies `specifier`. Pre-releases count only where the specifier itself names one, or where
 * `prereleases` is set. Undefined when either text is not PEP 440.
 */
export function satisfiesPep440(version: string, specifier: string, prereleases = false): boolean | undefined {
  const clauses = parseSpecifier(specifier);
  if (clauses === undefined || parsePep440(version) === undefined) return undefined;
  return attempt(() => satisfies(version, normalise(specifier), prereleases || namesPrerelease(clauses) ? { prereleases: true } : {}));
}

/**
 * The newest of `versions` that satisfies `specifier`, pre-releases only when nothing else does, as pip chooses.
 * Undefined when none does or the specifier is not PEP 440.
 */
export function newestSatisfying(versions: readonly string[], specifier: string): string | undefined {
  const clauses = parseSpecifier(specifier);
  if (clauses === undefined) return undefined;
  const options = namesPrerelease(clauses) ? { prereleases: true } : {};
  const candidates = versions.filter((version) => parsePep440(version) !== undefined);
  return attempt(() => filter(candidates, normalise(specifier), options).sort(compare).at(-1));
}

function namesPrerelease(clauses: readonly SpecifierClause[]): boolean {
  return clauses.some((clause) => clause.operator !== '!=' && parsePep440(clause.version)?.isPrerelease === true);
}

/** Without empty clauses, which pip lets pass (`>=2.0,`) and the library does not. */
function normalise(specifier: string): string {
  return specifier
    .split(',')
    .filter((clause) => clause.trim() !== '')
    .join(',');
}

/** The library throws on some inputs; to our callers that is "no answer". */
function attempt<Value>(run: () => Value): Value | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
