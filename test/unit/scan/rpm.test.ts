import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readApkInstalled } from '../../../src/core/scan/apk';
import { readRpmDatabase } from '../../../src/core/scan/rpm/database';
import { listSqliteHeaders } from '../../../src/core/scan/rpm/sqlite';
import { scanFiles, VERSIONS_ONLY } from '../../../src/core/scan/scan';
import { MemoryFiles, type Entry } from './memory-files';

// Written by RPM 4.18 and Berkeley DB 5.3, see rpm/make.sh.
const sqlite = recorded('rpmdb.sqlite');
const berkeley = recorded('Packages');

function recorded(name: string): Buffer {
  return gunzipSync(readFileSync(new URL(`rpm/${name}.gz`, import.meta.url)));
}

/** The same headers as SUSE's RPM lays them out (lib/backend/ndb/rpmpkg.c): a page of slots, then the headers in blocks of 16 bytes. */
function writeNdb(headers: readonly Uint8Array[]): Buffer {
  const slots = Buffer.alloc(4096);
  slots.write('RpmP');
  slots.writeUInt32LE(1, 12);
  const blobs: Buffer[] = [];
  let block = 4096 / 16;
  for (let slot = 0; slot < (4096 - 32) / 16; slot++) {
    const at = 32 + slot * 16;
    const header = headers[slot];
    slots.write('Slot', at);
    if (header === undefined) continue;
    const blob = Buffer.alloc(Math.ceil((16 + header.length + 12) / 16) * 16);
    blob.write('BlbS');
    blob.writeUInt32LE(slot + 1, 4);
    blob.writeUInt32LE(header.length, 12);
    blob.set(header, 16);
    slots.writeUInt32LE(slot + 1, at + 4);
    slots.writeUInt32LE(block, at + 8);
    slots.writeUInt32LE(blob.length / 16, at + 12);
    block += blob.length / 16;
    blobs.push(blob);
  }
  return Buffer.concat([slots, ...blobs]);
}

const databases = [
  ['SQLite', sqlite],
  ['Berkeley DB', berkeley],
  ['SUSE', writeNdb([...listSqliteHeaders(sqlite)])],
] as const;

const PACKAGES = [
  'basesystem 2:11-13.el9',
  'cuda-cudart-12-4 12.4.127-1',
  'cuda-nvcc-12-4 12.4.131-1',
  'libcublas-12-4 12.4.5.8-1',
  'libcudnn9-cuda-12 9.1.0.70-1',
  'libnccl 2.21.5-1+cuda12.4',
  'libnvinfer10 10.3.0.26-1.cuda12.5',
  'python3 3.9.18-3.el9',
  'python3-pip 21.3.1-1.el9',
];

describe.each(databases)('an RPM database of %s', (_, bytes) => {
  it('has all packages, and none that was removed', () => {
    const found = readRpmDatabase(bytes, '/db');
    expect(found?.filter(({ name }) => !name.startsWith('filler-')).map(({ name, version }) => `${name} ${version}`).sort()).toEqual(PACKAGES);
    expect(found?.filter(({ name }) => name.startsWith('filler-'))).toHaveLength(28);
    expect(found?.[0]).toMatchObject({ architecture: 'noarch', manager: 'yum', held: false, file: '/db' });
  });

  it('is given up where it is cut off', () => {
    const cuts = Array.from({ length: 40 }, (_unused, part) => Math.floor((bytes.length * part) / 40));
    for (const cut of cuts.slice(0, -1)) expect(readRpmDatabase(bytes.subarray(0, cut), '/db')).toBeUndefined();
  });

  it('is never thrown upon, whatever is in it', () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    for (let round = 0; round < 150; round++) {
      const broken = Buffer.from(bytes);
      for (let times = 0; times < 40; times++) broken[random(round % 2 === 0 ? 8192 : broken.length)] = random(256);
      const found = readRpmDatabase(broken, '/db');
      if (found !== undefined) expect(found.length).toBeLessThan(1000);
    }
  });
});

async function scan(entries: Readonly<Record<string, Entry>>): Promise<Awaited<ReturnType<typeof scanFiles>>> {
  return scanFiles(new MemoryFiles(entries), { image: 'me:1', imageId: 'sha256:1', architecture: 'amd64', environment: [] }, VERSIONS_ONLY);
}

describe('an image of RPM packages', () => {
  it.each([
    ['/var/lib/rpm/rpmdb.sqlite', sqlite],
    ['/usr/lib/sysimage/rpm/rpmdb.sqlite', sqlite],
    ['/var/lib/rpm/Packages', berkeley],
    ['/usr/lib/sysimage/rpm/Packages.db', databases[2][1]],
  ])('is read exactly from %s', async (path, bytes) => {
    const { components, packages, gaps } = await scan({ [path]: bytes, [`${path}-wal`]: '', '/usr/bin/python3': { link: 'python3.9' }, '/usr/bin/python3.9': 'x' });
    expect(components.map(({ kind, version, cuda, via, file }) => `${kind} ${version} ${cuda ?? '-'} ${via} ${file}`).sort()).toEqual([
      `cublas 12.4.5.8 - yum ${path}`,
      `cudart 12.4.127 - yum ${path}`,
      `cudnn 9.1.0.70 12 yum ${path}`,
      `nccl 2.21.5 12.4 yum ${path}`,
      `nvcc 12.4.131 - yum ${path}`,
      // Not the version of python3-pip.
      `python 3.9.18 - yum ${path}`,
      `tensorrt 10.3.0.26 12.5 yum ${path}`,
    ]);
    expect(packages).toHaveLength(37);
    expect(gaps).toEqual([]);
  });

  it('says nothing where part of its database lies in a log beside it', async () => {
    const { packages, gaps } = await scan({ '/var/lib/rpm/rpmdb.sqlite': sqlite, '/var/lib/rpm/rpmdb.sqlite-wal': 'x' });
    expect(packages).toEqual([]);
    expect(gaps).toEqual([{ path: '/var/lib/rpm/rpmdb.sqlite', why: 'format', detail: '' }]);
  });

  it('says that a database was not read', async () => {
    expect((await scan({ '/var/lib/rpm/rpmdb.sqlite': 'x' })).gaps).toEqual([{ path: '/var/lib/rpm/rpmdb.sqlite', why: 'format', detail: '' }]);
    expect((await scan({ '/var/lib/rpm/.lock': '' })).gaps).toEqual([{ path: '/var/lib/rpm', why: 'format', detail: '' }]);
  });

  it('is not asked where dpkg has the packages: rpm may be installed there as a tool', async () => {
    const { packages } = await scan({ '/var/lib/dpkg/status': 'Package: rpm\nStatus: install ok installed\nVersion: 4.18.0\n', '/var/lib/rpm/rpmdb.sqlite': sqlite });
    expect(packages.map(({ name, manager }) => [name, manager])).toEqual([['rpm', 'apt']]);
  });
});

// As apk 2.14 of Alpine 3.20 writes it.
const APK = 'C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:alpine-baselayout\nV:3.6.5-r0\nA:x86_64\nS:8515\nF:dev\n\nC:Q1=\nP:python3\nV:3.12.3-r1\nA:x86_64\nt:1713\nR:P:x\n\n\nP:broken\n';

describe('an image of Alpine', () => {
  it('has its packages in paragraphs', () => {
    expect(readApkInstalled(APK, '/db')).toEqual([
      { name: 'alpine-baselayout', version: '3.6.5-r0', architecture: 'x86_64', held: false, manager: 'apk', file: '/db' },
      { name: 'python3', version: '3.12.3-r1', architecture: 'x86_64', held: false, manager: 'apk', file: '/db' },
    ]);
  });

  it.each(['/lib/apk/db/installed', '/usr/lib/apk/db/installed'])('is read from %s', async (path) => {
    expect((await scan({ [path]: APK })).components.map(({ kind, version, via, file }) => `${kind} ${version} ${via} ${file}`)).toEqual([`python 3.12.3 other ${path}`]);
  });

  it('is read once where one folder is a link to the other', async () => {
    expect((await scan({ '/lib': { link: 'usr/lib' }, '/usr/lib/apk/db/installed': APK })).packages).toHaveLength(2);
  });
});
