import { baseName } from '../../text/path';
import { readInnerShell } from '../wrappers';
import { placeOf } from './arguments';
import { fetchedUrls } from './download-target';
import { recogniseArtifact, recogniseUrl } from './known-artifacts';
import type { Installer } from './model';

/** wget, curl, aria2c, axel. */
export const download: Installer = {
  names: ['wget', 'curl', 'aria2c', 'axel'],
  recognise(command, _context, pipeline) {
    return fetchedUrls(command).map(({ url, output, standardOutput }) => ({
      kind: 'download',
      ...placeOf(command),
      url,
      output,
      artifact: recogniseUrl(url.value) ?? (output && recogniseArtifact(baseName(output.value))),
      pipedToShell:
        standardOutput &&
        pipeline.some((other) => other.pipelineIndex > command.pipelineIndex && readInnerShell(other.words)?.kind === 'input'),
    }));
  },
};
