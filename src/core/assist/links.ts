import { msg, type Message } from '../l10n/message';
import type { StackReport } from '../stack/model';
import type { Range } from '../text/range';

/** A place in a Dockerfile that stands for something that can be opened. */
export interface DocumentLink {
  readonly range: Range;
  /** A file that was read, by its reported name, or an address. */
  readonly target: { readonly file: string } | { readonly url: string };
  /** What following it does. */
  readonly tooltip: Message;
}

/**
 * Links that a Dockerfile language server does not give: pages of NGC's catalogue for its images, and the files of the
 * build context (requirements, scripts) that a RUN was followed into.
 */
export function listLinks({ dockerfile, stages, readAt }: StackReport): readonly DocumentLink[] {
  const links: DocumentLink[] = [];
  for (const { stage, base } of stages) {
    const { parsed } = base;
    // https://catalog.ngc.nvidia.com/orgs/nvidia/containers/tensorrt; images of a team have one part more.
    const [, organisation, image] = parsed?.registry === 'nvcr.io' ? (/^([a-z\d-]+)\/([a-z\d._-]+)$/.exec(parsed.repository) ?? []) : [];
    if (organisation !== undefined && image !== undefined) links.push({ range: stage.from.image.range, target: { url: `https://catalog.ngc.nvidia.com/orgs/${organisation}/containers/${image}` }, tooltip: msg`Show this image in NVIDIA’s catalog` });
  }
  for (const [file, { file: place, range }] of readAt) {
    if (place === dockerfile.file) links.push({ range, target: { file }, tooltip: msg`Open the file that is read here` });
  }
  return links.sort((a, b) => a.range.start - b.range.start);
}
