import { containerFacts } from '../../facts/container-facts';
import { defineDevcontainerRule } from '../model';
import { findOption } from './wiring';

const SOCKET = '/tmp/.X11-unix';

export const rule = defineDevcontainerRule({
  id: 'devcontainer-x11-incomplete',
  severity: 'warning',
  summary: 'A dev container is given a part of what an X client needs.',
  messages: {
    socket: 'DISPLAY is handed in and the socket of the X server is not: outside the terminals of VS Code windows cannot open, `cannot open display`.',
    display: 'The socket of the X server is mounted and DISPLAY is set nowhere: programs do not look for it.',
    cookie: 'XAUTHORITY names {path}, which nothing mounts: the X server refuses, `Authorization required, but no authorization protocol specified`.',
  },
  docs: {
    what: '`DISPLAY` of the machine is handed in without the socket `/tmp/.X11-unix`, the socket is mounted without `DISPLAY`, or `XAUTHORITY` names a file that no mount brings.',
    why: 'An X client reads [DISPLAY, goes to the socket, and shows a cookie](https://github.com/osrf/rocker/blob/master/src/rocker/nvidia_extension.py).',
    instead: '`"mounts": ["source=/tmp/.X11-unix,target=/tmp/.X11-unix,type=bind"]` with `DISPLAY`, or nothing at all: VS Code forwards the display by itself.',
    silent: 'The container has the network of the host, or is a service of Compose.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'no socket',
      text: '{\n  "image": "viewer",\n  "containerEnv": { "«DISPLAY»": "${localEnv:DISPLAY}" }\n}\n',
      messageId: 'socket',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'no display',
      text: '{\n  "image": "viewer",\n  "mounts": [«"source=/tmp/.X11-unix,target=/tmp/.X11-unix,type=bind"»]\n}\n',
      messageId: 'display',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'no cookie',
      text: '{\n  "image": "viewer",\n  "mounts": ["source=/tmp/.X11-unix,target=/tmp/.X11-unix,type=bind"],\n  "remoteEnv": { "DISPLAY": "${localEnv:DISPLAY}" },\n  "containerEnv": { "«XAUTHORITY»": "/tmp/.docker.xauth" }\n}\n',
      messageId: 'cookie',
    },
    {
      kind: 'good',
      title: 'all of it',
      text: '{\n  "image": "viewer",\n  "runArgs": ["-v", "/tmp/.X11-unix:/tmp/.X11-unix", "-e", "DISPLAY=${env:DISPLAY}"]\n}\n',
    },
  ],
  check({ devcontainer, report }) {
    const { containerEnv, remoteEnv, mounts, compose } = devcontainer;
    if (compose !== undefined) return;
    const variables = [...containerEnv, ...remoteEnv];
    const display = variables.find(({ name }) => name === 'DISPLAY');
    const forwarded = display !== undefined && (display.value === undefined || !display.value.known);
    const socket = mounts.find(({ target }) => target === SOCKET || target.startsWith(`${SOCKET}/`));
    const mountsTmp = mounts.some(({ target }) => target === '/tmp');
    const host = /^host$/.test(findOption(devcontainer, '--network', '--net')?.value ?? '');
    if (forwarded && socket === undefined && !mountsTmp && !host) report({ messageId: 'socket', severity: 'information', location: display.location, evidence: containerFacts('x11-socket') });
    if (socket !== undefined && display === undefined) report({ messageId: 'display', severity: 'information', location: socket.location, evidence: containerFacts('x11-socket', 'x11-forwarded') });
    const cookie = containerEnv.find(({ name }) => name === 'XAUTHORITY');
    const path = cookie?.value?.value ?? '';
    if (cookie?.value?.known !== true || !path.startsWith('/') || !(socket !== undefined || forwarded)) return;
    if (!mounts.some(({ target }) => path === target || path.startsWith(`${target.replace(/\/+$/, '')}/`))) report({ messageId: 'cookie', data: { path }, location: cookie.location, evidence: containerFacts('x11-xauthority') });
  },
});
