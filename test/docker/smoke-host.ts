import { randomUUID } from 'node:crypto';
import { readSmokeFile } from '../../src/core/smoke-file/read';
import { connect, disconnect, readTestedImage, runContainer, type Engine } from '../../src/docker';
import type { CheckResult, Profile, SmokeEvent } from '../../src/smoke/model';
import { formatText } from '../../src/core/l10n/message';
import type { SmokeRecord } from '../../src/smoke/record';
import { smoke, type SmokeHost, type SmokeRequest } from '../../src/smoke/smoke';
import { addressOf } from './engine';

/** What the command line and the editor hand to the smoke test. */
function hostOf(engine: Engine): SmokeHost {
  return {
    runContainer: (spec, control) => runContainer(engine, spec, control),
    readImage: (reference, signal) => readTestedImage(engine, reference, signal),
    now: () => performance.now(),
    nonce: () => randomUUID(),
    date: () => new Date().toISOString(),
  };
}

export interface TestOptions extends Partial<SmokeRequest> {
  /** Text of a smoke file. */
  readonly yaml?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SmokeEvent) => void;
}

/** Tests an image on an engine; results by check id, each as `state: sentence`. */
export async function smokeOn(url: string, image: string, profiles: readonly Profile[], { yaml, signal = new AbortController().signal, onEvent = () => undefined, ...more }: TestOptions = {}): Promise<{
  readonly record: SmokeRecord;
  readonly results: readonly CheckResult[];
  readonly told: Readonly<Record<string, string>>;
}> {
  const engine = await connect(addressOf(url));
  const file = yaml === undefined ? undefined : readSmokeFile(`image: ${image}\n${yaml}`, 'test.smoke.yaml');
  if (file !== undefined && file.problems.length > 0) throw new Error(file.problems.map(({ message }) => formatText(message)).join('; '));
  try {
    const { record, results } = await smoke(
      {
        subject: image,
        reference: image,
        profiles,
        engine: { name: 'test', host: null, version: null },
        ...(file !== undefined && { file: { smoke: file.smoke, resolve: (name) => name } }),
        ...more,
      },
      hostOf(engine),
      onEvent,
      signal,
    );
    return { record, results, told: Object.fromEntries(results.map(({ id, verdict }) => [id, `${verdict.state}: ${formatText(verdict.sentence)}`])) };
  } finally {
    disconnect(engine);
  }
}
