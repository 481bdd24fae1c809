import type { ImageScan } from '../core/scan/model';
import { scanFiles, SCAN_LIMITS, type ScanLimits } from '../core/scan/scan';
import type { Engine } from './connect';
import { inspectImage } from './details';
import { withImageFiles } from './image-files';

/**
 * Reads what is installed in an image (a name or an id) without running it; see `withImageFiles`. Throws DockerError.
 */
export async function scanImage(engine: Engine, image: string, signal?: AbortSignal, limits: ScanLimits = SCAN_LIMITS): Promise<ImageScan> {
  const begun = performance.now();
  const { id: imageId, architecture, environment } = await inspectImage(engine, image, signal);
  return withImageFiles(
    engine,
    imageId,
    async (files) => {
      const found = await scanFiles(files, { image, imageId, architecture, environment }, limits);
      return { ...found, cost: { ...files.cost, durationMs: Math.round(performance.now() - begun) } };
    },
    signal,
  );
}
