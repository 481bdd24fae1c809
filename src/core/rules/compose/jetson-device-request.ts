import { listConversions } from '../../compose/convert';
import { locateData } from '../../data/model';
import { containerFacts } from '../../facts/container-facts';
import { defineComposeRule } from '../model';
import { isJetsonImage } from '../support/gpu-image';

export const rule = defineComposeRule({
  id: 'compose-jetson-device-request',
  severity: 'warning',
  summary: 'A device request for an image of a Jetson.',
  messages: {
    request: '{image} is for Jetson, where a device request is refused: `invoking the NVIDIA Container Runtime Hook directly (e.g. specifying the docker --gpus flag) is not supported`.',
  },
  docs: {
    what: 'A service with an L4T image, or one with `-igpu` in its tag, reserves devices or has `gpus`.',
    why: 'On Jetson the NVIDIA Container Toolkit mounts the libraries that its CSV files list, which [the runtime](https://github.com/NVIDIA/dcgm-exporter/issues/101) does and the hook behind a device request does not.',
    instead: '`runtime: nvidia`.',
    silent: 'The image is not known to be one for Jetson, or the service has `runtime: nvidia` besides.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'gpus',
      text: 'services:\n  app:\n    image: nvcr.io/nvidia/l4t-tensorrt:r8.5.2-runtime\n    gpus: «all»\n',
      messageId: 'request',
      fixed: 'services:\n  app:\n    image: nvcr.io/nvidia/l4t-tensorrt:r8.5.2-runtime\n    runtime: nvidia\n    environment:\n      NVIDIA_VISIBLE_DEVICES: all\n',
    },
    {
      kind: 'good',
      title: 'the runtime',
      text: 'services:\n  app:\n    image: nvcr.io/nvidia/l4t-tensorrt:r8.5.2-runtime\n    runtime: nvidia\n',
    },
  ],
  check({ project, report, imageOf }) {
    for (const service of project.services) {
      const [request] = service.requests;
      const container = request === undefined || service.runtime !== undefined ? undefined : imageOf(service);
      if (request === undefined || !isJetsonImage(container)) continue;
      const fixes = listConversions(project, service).filter(({ to }) => to === 'runtime').map(({ title, edits }) => ({ title, safe: false, edits }));
      report({ messageId: 'request', data: { image: container?.stage.rootImage?.canonical ?? '' }, location: locateData(request.node), evidence: containerFacts('jetson-runtime'), fixes });
    }
  },
});
