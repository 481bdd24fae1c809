import { describe, expect, it } from 'vitest';
import type { EngineAddress, PublishedPort } from '../../../src/docker/model';
import { isPage, routePort } from '../../../src/docker/ports';

const engine = (url: string): EngineAddress => ({ name: 'engine', from: 'context', url, certificates: null, current: true });
const port = (hostAddress: string | null, containerPort = 80): PublishedPort => ({ containerPort, protocol: 'tcp', hostPort: 8080, hostAddress });

const LOCAL = 'unix:///var/run/docker.sock';
const REMOTE = 'tcp://gpu-box:2376';

describe('the way to a published port', () => {
  it.each([
    [LOCAL, null, 'http://localhost:8080/'],
    [LOCAL, '0.0.0.0', 'http://localhost:8080/'],
    [LOCAL, '::', 'http://localhost:8080/'],
    [LOCAL, '127.0.0.1', 'http://localhost:8080/'],
    [LOCAL, '::1', 'http://localhost:8080/'],
    [LOCAL, '127.0.0.2', 'http://127.0.0.2:8080/'],
    [LOCAL, '192.0.2.7', 'http://192.0.2.7:8080/'],
    [LOCAL, '2001:db8::7', 'http://[2001:db8::7]:8080/'],
    ['npipe:////./pipe/docker_engine', '0.0.0.0', 'http://localhost:8080/'],
    [REMOTE, '0.0.0.0', 'http://gpu-box:8080/'],
    [REMOTE, '::', 'http://gpu-box:8080/'],
    [REMOTE, '192.0.2.7', 'http://192.0.2.7:8080/'],
    ['tcp://[2001:db8::1]:2375', null, 'http://[2001:db8::1]:8080/'],
    // An engine of this machine, by TCP.
    ['tcp://127.0.0.1:2375', '127.0.0.1', 'http://localhost:8080/'],
    ['tcp://localhost:2375', '::1', 'http://localhost:8080/'],
    // No address at all is none to trust.
    [LOCAL, 'evil.example/', 'http://localhost:8080/'],
  ])('of the engine %s, bound to %s, is %s', (url, bound, expected) => {
    expect(routePort(engine(url), port(bound))).toEqual({ how: 'url', url: expected });
  });

  it('is encrypted where the port is one for that', () => {
    expect(routePort(engine(LOCAL), port(null, 443))).toMatchObject({ url: 'https://localhost:8080/' });
    expect(routePort(engine('ssh://gpu-box'), port(null, 8443))).toMatchObject({ scheme: 'https' });
  });

  it('does not exist where only the other machine may use it', () => {
    expect(routePort(engine(REMOTE), port('127.0.0.1'))).toEqual({ how: 'none', host: 'gpu-box' });
    expect(routePort(engine(REMOTE), port('::1'))).toEqual({ how: 'none', host: 'gpu-box' });
  });

  it.each([
    ['ssh://gpu-box', '0.0.0.0', '127.0.0.1:9000:127.0.0.1:8080', ['--', 'gpu-box']],
    ['ssh://me@gpu-box:2222', '127.0.0.1', '127.0.0.1:9000:127.0.0.1:8080', ['-l', 'me', '-p', '2222', '--', 'gpu-box']],
    ['ssh://gpu-box', '::', '127.0.0.1:9000:[::1]:8080', ['--', 'gpu-box']],
    ['ssh://gpu-box', '192.0.2.7', '127.0.0.1:9000:192.0.2.7:8080', ['--', 'gpu-box']],
  ])('of the engine %s, bound to %s, is a forwarding of ssh', (url, bound, forwarding, destination) => {
    const route = routePort(engine(url), port(bound));
    if (route.how !== 'ssh') throw new Error(route.how);
    expect(route.forwardArguments(9000)).toEqual(['-N', '-o', 'ExitOnForwardFailure=yes', '-L', forwarding, ...destination]);
  });
});

it('a browser can be shown ports of TCP that are published', () => {
  expect(isPage(port('0.0.0.0'))).toBe(true);
  expect(isPage({ ...port('0.0.0.0'), protocol: 'udp' })).toBe(false);
  expect(isPage({ ...port(null), hostPort: null })).toBe(false);
});
