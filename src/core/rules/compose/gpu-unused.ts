import { listSyntaxes } from '../../compose/gpu-wish';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { nameOf } from '../support/image-uses';
import { defineComposeRule } from '../model';

export const rule = defineComposeRule({
  id: 'compose-gpu-unused',
  severity: 'warning',
  summary: 'A service asks for a GPU, and its image is built without CUDA.',
  messages: {
    cpu: '{image} is built without CUDA: the GPU that {service} asks for stays unused.',
  },
  docs: {
    what: 'A service with a GPU runs `tensorflow/tensorflow` or `tensorflow/serving` without `-gpu` in the tag.',
    why: 'These images hold the [CPU build](https://github.com/tensorflow/docs/blob/master/site/en/install/docker.md): `tf.config.list_physical_devices("GPU")` is empty, and everything runs on the CPU without a word.',
    instead: 'Take the tag with `-gpu`.',
    silent: 'The image is not known, or the service builds its own.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the image for CPUs',
      text: 'services:\n  train:\n    image: tensorflow/tensorflow:«2.16.1»\n    gpus: all\n',
      messageId: 'cpu',
      fixed: 'services:\n  train:\n    image: tensorflow/tensorflow:2.16.1-gpu\n    gpus: all\n',
    },
    {
      kind: 'good',
      title: 'the image for GPUs',
      text: 'services:\n  train:\n    image: tensorflow/tensorflow:2.16.1-gpu\n    gpus: all\n',
    },
  ],
  check({ project, report, imageOf }) {
    for (const service of project.services) {
      const image = service.build === undefined && service.image !== undefined ? imageOf(service)?.stage.base.image : undefined;
      const text = service.image?.text;
      if (image?.family !== 'tensorflow' || text === undefined || !text.known || listSyntaxes(service).length === 0) continue;
      const { tag, tagRange, digest } = image.reference;
      if (digest !== undefined || (tag !== undefined && !/^(?:latest|nightly|\d+\.\d+\.\d+)(?:-jupyter)?$/.test(tag))) continue;
      const wanted = tag === undefined ? 'latest-gpu' : tag.replace(/(?=-jupyter$)|$/, '-gpu');
      const edit = tagRange === undefined ? undefined : text.edit(tagRange.start, tagRange.end, wanted);
      report({
        messageId: 'cpu',
        data: { image: nameOf(image), service: service.name },
        location: text.locate(tagRange?.start, tagRange?.end) ?? service.location,
        evidence: containerFacts('tensorflow-cpu-tags'),
        fixes: edit === undefined ? [] : [{ title: msg`Use ${image.canonical}:${wanted}`, safe: false, edits: [edit] }],
      });
    }
  },
});
