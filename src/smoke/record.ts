// What is kept of a run: what was tested, where, and what came out. Written as one line of JSON a run.
import { formatText, type Translations } from '../core/l10n/message';
import type { CheckResult, Profile, SmokeImage, VerdictState } from './model';

/** One run on one image and one engine; media/schemas/smoke-output.schema.json describes it. */
export interface SmokeRecord {
  readonly version: 1;
  /** ISO date and time. */
  readonly started: string;
  readonly durationMs: number;
  /** What was asked for: an image, or the smoke file. */
  readonly subject: string;
  /** `readBytes`: how much of its files was read. */
  readonly image: { readonly reference: string; readonly id: string; readonly digest: string | null; readonly architecture: string; readonly readBytes: number } | null;
  readonly engine: { readonly name: string; readonly host: string | null; readonly version: string | null };
  readonly profiles: readonly Profile[];
  /** As nvidia-smi or CUDA named them in the container. */
  readonly gpu: string | null;
  readonly driver: string | null;
  /** `tensorrt`, `cuda` … as they were read. */
  readonly versions: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<VerdictState, number>>;
  readonly checks: readonly CheckRecord[];
  /** Why nothing was run. */
  readonly problem: string | null;
}

export interface CheckRecord {
  readonly id: string;
  readonly title: string;
  readonly kind: Profile;
  readonly state: VerdictState;
  readonly sentence: string;
  readonly details: readonly string[];
  readonly evidence: string;
  readonly knownError: string | null;
  readonly durationMs: number;
}

/** What a record is made of. */
export interface RecordParts {
  readonly started: string;
  readonly durationMs: number;
  readonly subject: string;
  readonly image: SmokeImage | null;
  readonly engine: SmokeRecord['engine'];
  readonly profiles: readonly Profile[];
  readonly results: readonly CheckResult[];
  readonly problem?: string;
  /** For a record in another language than English. */
  readonly translations?: Translations | undefined;
}

/** Names of measured values that are not versions of something in the image. */
const OF_THE_HOST: ReadonlySet<string> = new Set(['gpu', 'driver', 'compute capability', 'driver-cuda']);

/** Makes the record of a run. */
export function recordRun({ started, durationMs, subject, image, engine, profiles, results, problem, translations }: RecordParts): SmokeRecord {
  const measured = Object.assign({}, ...results.map(({ verdict }) => verdict.measured)) as Record<string, string>;
  const count = (state: VerdictState): number => results.filter(({ verdict }) => verdict.state === state).length;
  return {
    version: 1,
    started,
    durationMs: Math.round(durationMs),
    subject,
    image: image && { reference: image.reference, id: image.imageId, digest: image.digest, architecture: image.architecture, readBytes: image.scan.cost.bytesRead },
    engine,
    profiles,
    gpu: measured['gpu'] ?? null,
    driver: measured['driver'] ?? null,
    versions: Object.fromEntries(Object.entries(measured).filter(([name]) => !OF_THE_HOST.has(name))),
    counts: { passed: count('passed'), failed: count('failed'), skipped: count('skipped'), blocked: count('blocked') },
    checks: results.map(({ id, title, kind, verdict, durationMs: took }) => ({
      id,
      title: formatText(title, translations),
      kind,
      state: verdict.state,
      sentence: formatText(verdict.sentence, translations),
      details: verdict.details.map((detail) => formatText(detail, translations)),
      evidence: verdict.evidence,
      knownError: verdict.knownError,
      durationMs: Math.round(took),
    })),
    problem: problem ?? null,
  };
}

/** True where the image was shown to be well: something passed, and nothing failed or was kept from telling. */
export function isGood({ counts, problem }: SmokeRecord): boolean {
  return problem === null && counts.failed === 0 && counts.blocked === 0;
}

/** The records of a history file, the newest last; lines that are no records are passed over. */
export function readHistory(text: string): readonly SmokeRecord[] {
  return text.split('\n').flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isRecord(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isRecord(value: unknown): value is SmokeRecord {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1 && 'checks' in value && Array.isArray(value.checks) && 'counts' in value;
}
