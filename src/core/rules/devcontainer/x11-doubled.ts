import { containerFacts } from '../../facts/container-facts';
import { defineDevcontainerRule } from '../model';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-x11-doubled',
  severity: 'information',
  summary: 'DISPLAY is handed in by hand beside the forwarding of VS Code.',
  messages: {
    doubled: 'VS Code forwards the display itself and sets DISPLAY anew in its terminals: what containerEnv says does not count there, and OpenGL goes over the forwarding.',
  },
  docs: {
    what: '`containerEnv`, or `-e` in `runArgs`, hands `DISPLAY` of the machine in.',
    why: 'VS Code [forwards X11](https://github.com/microsoft/vscode-remote-release/issues/8038) from the local machine where it finds a display, and sets `DISPLAY` in its terminals. Programs started there use the forwarding and not the socket that was mounted: windows open, and GLX fails or is slow.',
    instead: 'Leave the display to VS Code, or set `DISPLAY` in `remoteEnv`, which wins in the terminals.',
    silent: '`remoteEnv` sets it.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'by hand',
      text: '{\n  "image": "nvidia/opengl:1.2-glvnd-runtime-ubuntu22.04",\n  "runArgs": ["--gpus", "all", "--net=host", "-v", "/tmp/.X11-unix:/tmp/.X11-unix"],\n  "containerEnv": { "«DISPLAY»": "${localEnv:DISPLAY}" }\n}\n',
      messageId: 'doubled',
    },
    {
      kind: 'good',
      title: 'in the terminals',
      text: '{\n  "image": "nvidia/opengl:1.2-glvnd-runtime-ubuntu22.04",\n  "runArgs": ["--gpus", "all", "-v", "/tmp/.X11-unix:/tmp/.X11-unix"],\n  "remoteEnv": { "DISPLAY": "${localEnv:DISPLAY}" }\n}\n',
    },
  ],
  check({ devcontainer, report }) {
    const { containerEnv, remoteEnv, compose } = devcontainer;
    const display = containerEnv.find(({ name }) => name === 'DISPLAY');
    const forwarded = display !== undefined && (display.value === undefined || !display.value.known);
    if (compose !== undefined || !forwarded || remoteEnv.some(({ name }) => name === 'DISPLAY')) return;
    report({ messageId: 'doubled', location: display.location, evidence: containerFacts('x11-forwarded') });
  },
});
