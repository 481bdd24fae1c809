import { appendItem } from '../../data/edit-yaml';
import { findValue } from '../../data/model';
import { findVariable } from '../../compose/service';
import type { ComposeProject, ComposeService } from '../../compose/model';
import { containerFacts } from '../../facts/container-facts';
import { msg } from '../../l10n/message';
import { defineComposeRule, type Fix } from '../model';
import { readWord } from './requests';

const SOCKET = '/tmp/.X11-unix';

export const rule = defineComposeRule({
  id: 'compose-x11-incomplete',
  severity: 'warning',
  summary: 'A service is given a part of what an X client needs.',
  messages: {
    socket: 'DISPLAY is handed in and the socket of the X server is not: windows cannot open, `cannot open display`.',
    display: 'The socket of the X server is mounted and DISPLAY is not set: programs do not look for it, `cannot open display`.',
    cookie: 'XAUTHORITY names {path}, which nothing mounts: the X server refuses, `Authorization required, but no authorization protocol specified`.',
  },
  docs: {
    what: 'A service takes `DISPLAY` from the host without the socket `/tmp/.X11-unix`, mounts the socket without `DISPLAY`, or sets `XAUTHORITY` to a file that it does not mount.',
    why: 'An X client reads [DISPLAY, goes to the socket, and shows a cookie](https://github.com/osrf/rocker/blob/master/src/rocker/nvidia_extension.py). Where one of them is missing no window opens.',
    instead: '`DISPLAY: ${DISPLAY}`, `/tmp/.X11-unix:/tmp/.X11-unix:ro` among the volumes, and a cookie file with `XAUTHORITY`, or `xhost +si:localuser:root` on the host.',
    silent: 'The container has the network of the host, where an [abstract socket](https://blog.cykerway.com/posts/2021/07/08/run-gui-applications-in-docker.html) serves, `DISPLAY` names a machine or a server inside the container (`:99`), or parts of the service are not known.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'no socket',
      text: 'services:\n  viewer:\n    image: viewer\n    environment:\n      - «DISPLAY=${DISPLAY}»\n    volumes:\n      - ./data:/data\n',
      messageId: 'socket',
      fixed: 'services:\n  viewer:\n    image: viewer\n    environment:\n      - DISPLAY=${DISPLAY}\n    volumes:\n      - ./data:/data\n      - /tmp/.X11-unix:/tmp/.X11-unix:ro\n',
    },
    {
      kind: 'bad',
      title: 'no display',
      text: 'services:\n  viewer:\n    image: viewer\n    volumes:\n      - «/tmp/.X11-unix:/tmp/.X11-unix»\n',
      messageId: 'display',
      severity: 'information',
    },
    {
      kind: 'bad',
      title: 'no cookie',
      text: 'services:\n  viewer:\n    image: viewer\n    environment:\n      DISPLAY: $DISPLAY\n      «XAUTHORITY: /root/.Xauthority»\n    volumes:\n      - /tmp/.X11-unix:/tmp/.X11-unix\n',
      messageId: 'cookie',
      severity: 'information',
    },
    {
      kind: 'good',
      title: 'all of it',
      text: 'services:\n  viewer:\n    image: viewer\n    environment:\n      DISPLAY: $DISPLAY\n      XAUTHORITY: /tmp/.docker.xauth\n    volumes:\n      - /tmp/.X11-unix:/tmp/.X11-unix\n      - /tmp/.docker.xauth:/tmp/.docker.xauth\n',
    },
    {
      kind: 'good',
      title: 'the network of the host',
      text: 'services:\n  viewer:\n    image: viewer\n    network_mode: host\n    environment:\n      - DISPLAY\n',
    },
    {
      kind: 'good',
      title: '/tmp for other files',
      text: 'services:\n  worker:\n    image: worker\n    volumes:\n      - /tmp:/tmp\n',
    },
    {
      kind: 'good',
      title: 'a server of its own',
      text: 'services:\n  viewer:\n    image: viewer\n    environment:\n      - DISPLAY=:99\n',
    },
  ],
  check({ project, report, imageOf }) {
    for (const service of project.services) {
      if (!service.complete) continue;
      const { mounts } = service;
      const display = findVariable(service, 'DISPLAY');
      const cookie = findVariable(service, 'XAUTHORITY');
      const socket = mounts.some(({ target, source }) => covers(target, SOCKET) || covers(source ?? '', SOCKET));
      const host = readWord(service, 'network_mode') === 'host';
      // A value that is written out may be a server of the container's own, or another machine's.
      const forwarded = display !== undefined && (display.value === undefined || !display.value.known);
      if (forwarded && !socket && !host) {
        report({ messageId: 'socket', location: display.location, evidence: containerFacts('x11-socket'), fixes: mountSocket(project, service) });
      }
      // Who mounts the whole of /tmp may want anything of it.
      const wanted = mounts.find(({ target, source }) => isSocket(target) || isSocket(source ?? ''));
      if (wanted !== undefined && display === undefined && service.environmentComplete && imageOf(service)?.stage.final.env.has('DISPLAY') !== true) {
        report({ messageId: 'display', severity: 'information', location: wanted.location, evidence: containerFacts('x11-socket') });
      }
      const path = cookie?.value?.value ?? '';
      if (cookie?.value?.known === true && path.startsWith('/') && (socket || forwarded) && !mounts.some(({ target }) => covers(target, path))) {
        report({ messageId: 'cookie', severity: 'information', data: { path }, location: cookie.location, evidence: containerFacts('x11-xauthority') });
      }
    }
  },
});

function isSocket(path: string): boolean {
  return path === SOCKET || path.startsWith(`${SOCKET}/`);
}

/** True when a mount brings a path: it is the path, or a folder above it. */
function covers(mount: string, path: string): boolean {
  return mount !== '' && (path === mount || path.startsWith(`${mount.replace(/\/+$/, '')}/`));
}

function mountSocket({ text, file }: ComposeProject, { node }: ComposeService): readonly Fix[] {
  const volumes = findValue(node, 'volumes');
  const edit = volumes?.kind === 'list' && volumes.file === file ? appendItem(text, volumes, `${SOCKET}:${SOCKET}:ro`) : undefined;
  return edit === undefined ? [] : [{ title: msg`Mount the socket of the X server`, safe: false, edits: [edit] }];
}
