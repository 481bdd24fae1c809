import type { ComponentOutput, StackOutput } from '../engine/stack-output';
import type { ImageScan } from './model';

/**
 * A scan in the form of `trtc stack --json`: one stage without lines, whose files are those of the image. All in it is
 * read, so that its certainty is `stated`.
 */
export function toStack(scan: ImageScan): StackOutput {
  const components = scan.components.map(
    ({ kind, name, version, cuda, via, file }): ComponentOutput => ({ kind, name, version, cuda, certainty: 'stated', via, file, line: 1 }),
  );
  return { version: 1, stages: [{ name: null, index: 0, line: 1, from: scan.image, basedOn: null, copiesFrom: [], components }] };
}
