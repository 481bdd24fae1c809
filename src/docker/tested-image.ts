import type { ImageScan } from '../core/scan/model';
import type { Engine } from './connect';
import { inspectImage, inspectRaw } from './details';
import { scanImage } from './scan';

/** What a smoke test is told of an image before anything runs. */
interface TestedImage {
  /** As it was asked for. */
  readonly reference: string;
  readonly imageId: string;
  /** `repository@sha256:…`; null where the image never was in a registry. */
  readonly digest: string | null;
  readonly architecture: string;
  readonly environment: readonly string[];
  readonly scan: ImageScan;
}

/** Reads what an image (a name or an id) says of itself and what lies in it. Throws DockerError. */
export async function readTestedImage(engine: Engine, reference: string, signal?: AbortSignal): Promise<TestedImage> {
  const { id: imageId, architecture, environment } = await inspectImage(engine, reference, signal);
  const { RepoDigests: digests } = (await inspectRaw(engine, 'image', imageId, signal)) as { readonly RepoDigests?: readonly string[] | null };
  const scan = await scanImage(engine, imageId, signal);
  const repository = reference.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return { reference, imageId, digest: digests?.find((digest) => digest.startsWith(`${repository}@`)) ?? digests?.[0] ?? null, architecture, environment, scan };
}
