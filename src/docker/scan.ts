import type { ImageScan } from '../core/scan/model';
import { scanFiles, SCAN_LIMITS, type ScanLimits } from '../core/scan/scan';
import { clientOf, type Engine } from './connect';
import { withImageFiles } from './image-files';

/**
 * Reads what is installed in an image (a name or an id) without running it; see `withImageFiles`. Throws DockerError.
 */
export async function scanImage(engine: Engine, image: string, signal?: AbortSignal, limits: ScanLimits = SCAN_LIMITS): Promise<ImageScan> {
  const begun = performance.now();
  const { Id: imageId, Architecture: architecture, Config } = await clientOf(engine).getImage(image).inspect();
  return withImageFiles(
    engine,
    imageId,
    async (files) => {
      const found = await scanFiles(files, { image, imageId, architecture, environment: Config.Env ?? [] }, limits);
      return { ...found, cost: { ...files.cost, durationMs: Math.round(performance.now() - begun) } };
    },
    signal,
  );
}
