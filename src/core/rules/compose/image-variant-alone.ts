import { findVariantTag } from '../../facts/application-images';
import { parseImageReference } from '../../image/reference';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';

export const rule = defineComposeRule({
  id: 'compose-image-variant-alone',
  severity: 'error',
  summary: 'The tag of an image names a variant and no release.',
  messages: {
    alone: '{image} was never published: tags of this image name a release before the variant, `manifest unknown`.',
  },
  docs: {
    what: 'The tag of an application’s image is the name of a variant (`tensorrt`), where the publisher puts a release or `stable` before it.',
    why: 'There is [no such tag](https://github.com/blakeblackshear/frigate/issues/8228): `docker compose pull` fails with `manifest unknown`.',
    instead: 'Write the release, or `stable`, before the variant.',
    silent: 'The table has no such variants of the image, or a mirror or private registry serves it.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'Frigate with TensorRT',
      text: 'services:\n  frigate:\n    image: ghcr.io/blakeblackshear/frigate:«tensorrt»\n    gpus: all\n',
      messageId: 'alone',
      fixed: 'services:\n  frigate:\n    image: ghcr.io/blakeblackshear/frigate:stable-tensorrt\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'with its release',
      text: 'services:\n  frigate:\n    image: ghcr.io/blakeblackshear/frigate:0.14.1-tensorrt\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'a registry of its own',
      text: 'services:\n  frigate:\n    image: registry.example.com/blakeblackshear/frigate:tensorrt\n    gpus: all\n',
    },
  ],
  check({ project, report }) {
    for (const { image, build } of project.services) {
      const reference = image === undefined || build !== undefined ? undefined : parseImageReference(image.text.value);
      const range = reference?.tagRange;
      const name = reference === undefined ? '' : [...(reference.registry === undefined ? [] : [reference.registry]), reference.repository].join('/');
      const found = reference?.tag === undefined ? undefined : findVariantTag(name, reference.tag);
      const location = range && image?.text.locate(range.start, range.end);
      if (image === undefined || reference?.tag === undefined || range === undefined || found === undefined || location === undefined) continue;
      const tag = found.prefix + reference.tag;
      const edit = image.text.edit(range.start, range.end, tag);
      const fixes: readonly Fix[] = edit === undefined ? [] : [{ title: msg`Use ${name}:${tag}`, safe: false, edits: [edit] }];
      report({ messageId: 'alone', data: { image: `${name}:${reference.tag}` }, location, evidence: [found.evidence], fixes });
    }
  },
});
