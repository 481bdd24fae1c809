import { describeImage, interpretBuild } from '../build/interpret';
import { readCompose } from '../compose/read';
import { findScalar } from '../data/model';
import { readDevcontainer } from '../devcontainer/read';
import { fileKind } from '../file-kind';
import type { StackReport } from '../stack/model';
import { analyse, type AnalysisOptions } from './analyse';

/**
 * The stacks that a file names or builds: that of a Dockerfile, one a service of a Compose file, that of a dev
 * container. In the last two values remember where the file writes them, so that edits go there.
 */
export function listStacks(text: string, file: string, options: AnalysisOptions = {}): readonly StackReport[] {
  const { context, folder, overlay } = options;
  const build = { ...options, context, file, text };
  switch (options.kind ?? fileKind(file)) {
    case 'dockerfile':
      return [analyse(text, file, options).stack ?? []].flat();
    case 'compose':
      return (readCompose(text, file, { context, folder })?.services ?? []).flatMap((service) => {
        if (service.build !== undefined) return interpretBuild(service.build, build)?.stack ?? [];
        return service.image === undefined ? [] : describeImage(service.image, text, overlay, findScalar(service.node, 'platform')?.text);
      });
    case 'devcontainer': {
      const devcontainer = readDevcontainer(text, file, { context, folder });
      if (devcontainer?.build !== undefined) return [interpretBuild(devcontainer.build, build)?.stack ?? []].flat();
      return devcontainer?.image === undefined ? [] : [describeImage(devcontainer.image, text, overlay)];
    }
    default:
      return [];
  }
}
