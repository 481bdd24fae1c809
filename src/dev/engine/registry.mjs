// Registries of our own: Debian's docker-registry, plain for `localhost:PORT/…`, or with TLS under the real names.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { answers, makeFolder, startSupervised } from './supervised.mjs';

/** Real names that a TLS registry may stand for: Docker Hub's and NVIDIA's. */
const NAMES = ['registry-1.docker.io', 'nvcr.io'];

/** Starts a registry without TLS on a free port of 127.0.0.1; it allows deletion. Gives `{ host: '127.0.0.1:PORT', port, kill, start, stop }`. */
export async function startRegistry() {
  const folder = makeFolder();
  const port = await freePort();
  const supervised = await serve(folder, { addr: `127.0.0.1:${port}` }, { host: '127.0.0.1', port });
  return { host: `127.0.0.1:${port}`, port, ...supervised };
}

/**
 * Starts a registry that an engine started with `startEngine({ registry })` takes for Docker Hub and nvcr.io: true pulls
 * and true errors by their real names. Push to it with `127.x.y.z/…`, the `host` that it gives; Docker Hub's
 * `nvidia/cuda` is `HOST/nvidia/cuda`.
 */
export async function startTlsRegistry() {
  const folder = makeFolder();
  const host = `127.${1 + random(254)}.${random(256)}.${1 + random(254)}`;
  const certificates = makeCertificates(folder, [...NAMES, host]);
  const hosts = path.join(folder, 'hosts');
  writeFileSync(hosts, `${readFileSync('/etc/hosts', 'utf8')}\n${host} ${NAMES.join(' ')}\n`);
  const tls = { certificate: path.join(certificates, 'cert.pem'), key: path.join(certificates, 'key.pem') };
  const supervised = await serve(folder, { addr: `${host}:443`, tls }, { host, port: 443 });
  return { host, mounts: { '/etc/hosts': hosts }, daemonEnv: { SSL_CERT_FILE: path.join(certificates, 'ca.pem') }, ...supervised };
}

async function serve(folder, http, address) {
  const file = path.join(folder, 'config.json');
  // JSON is YAML.
  const storage = { filesystem: { rootdirectory: path.join(folder, 'data') }, delete: { enabled: true } };
  writeFileSync(file, JSON.stringify({ version: '0.1', log: { level: 'warn' }, storage, http }));
  return startSupervised(folder, { program: '/usr/bin/docker-registry', args: ['serve', file], isReady: () => answers(address) });
}

/**
 * A certificate authority (`ca.pem`), and a certificate with its key (`cert.pem`, `key.pem`) for these names and
 * addresses, good for servers and clients. Gives their folder.
 */
export function makeCertificates(folder, names) {
  const file = (name) => path.join(folder, name);
  const openssl = (...args) => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=test authority', '-keyout', file('ca-key.pem'), '-out', file('ca.pem'));
  openssl('req', ...key, '-subj', '/CN=test', '-keyout', file('key.pem'), '-out', file('request.pem'));
  const alternatives = names.map((name) => `${/^[\d.]+$/.test(name) ? 'IP' : 'DNS'}:${name}`);
  writeFileSync(file('extensions'), `subjectAltName=${alternatives.join(',')}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  openssl(...['x509', '-req', '-days', '2', '-CA', file('ca.pem'), '-CAkey', file('ca-key.pem'), '-CAcreateserial'], ...['-in', file('request.pem'), '-extfile', file('extensions'), '-out', file('cert.pem')]);
  return folder;
}

/** A TCP port of 127.0.0.1 that nobody listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function random(below) {
  return Math.floor(Math.random() * below);
}
