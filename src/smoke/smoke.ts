// A whole smoke test: reads the image, chooses the checks, runs them, and writes the record.
import type { StageOutput } from '../core/engine/stack-output';
import type { Translations } from '../core/l10n/message';
import type { SmokeFile } from '../core/smoke-file/model';
import { chooseChecks } from './checks';
import { checksWithFile } from './file-checks';
import type { Check, CheckResult, Profile, SmokeEvent, SmokeImage, SmokePorts } from './model';
import { recordRun, type SmokeRecord } from './record';
import { DEFAULT_LIMITS, runChecks, type SmokeLimits } from './run';

/** What is tested, and how. */
export interface SmokeRequest {
  /** What the record calls it: the image, or the smoke file. */
  readonly subject: string;
  /** The image on the engine: a name or an id. */
  readonly reference: string;
  readonly profiles: readonly Profile[];
  /** What its Dockerfile leads to expect. */
  readonly predicted?: StageOutput | null;
  /** The smoke file, and how its paths become absolute. */
  readonly file?: { readonly smoke: SmokeFile; readonly resolve: (path: string) => string };
  /** Only these checks, by id. */
  readonly only?: readonly string[];
  readonly limits?: SmokeLimits;
  readonly engine: SmokeRecord['engine'];
  /** For a record in another language than English. */
  readonly translations?: Translations | undefined;
}

/** `SmokePorts`, and what is asked about the image. */
export interface SmokeHost extends SmokePorts {
  /** Rejects where there is no such image, or the engine does not answer. */
  readonly readImage: (reference: string, signal: AbortSignal) => Promise<Omit<SmokeImage, 'predicted'>>;
  /** ISO date and time. */
  readonly date: () => string;
}

export interface SmokeOutcome {
  readonly record: SmokeRecord;
  readonly results: readonly CheckResult[];
  readonly image: SmokeImage;
}

/** The checks that a request runs on an image. */
export function planChecks(image: SmokeImage, { profiles, file, only }: Pick<SmokeRequest, 'profiles' | 'file' | 'only'>): readonly Check[] {
  const chosen = chooseChecks(image, profiles);
  const all = file === undefined ? chosen : checksWithFile(chosen, file.smoke, profiles, file.resolve);
  return only === undefined ? all : all.filter(({ id }) => only.includes(id));
}

/** Tests an image. `onPlan` gets the checks before the first is run. Rejects where the image cannot be read. */
export async function smoke(request: SmokeRequest, host: SmokeHost, onEvent: (event: SmokeEvent) => void, signal: AbortSignal, onPlan: (checks: readonly Check[]) => void = () => undefined): Promise<SmokeOutcome> {
  const started = host.date();
  const begun = host.now();
  const image: SmokeImage = { ...(await host.readImage(request.reference, signal)), predicted: request.predicted ?? null };
  const planned = planChecks(image, request);
  onPlan(planned);
  const results = await runChecks({ image, checks: planned, limits: request.limits ?? DEFAULT_LIMITS }, host, onEvent, signal);
  const record = recordRun({ started, durationMs: host.now() - begun, subject: request.subject, image, engine: request.engine, profiles: request.profiles, results, translations: request.translations });
  return { record, results, image };
}
