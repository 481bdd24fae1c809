// Images for the smoke test, made here: Debian's own packages, changed in the way that a test is about.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { debootstrapImage, type EngineAccess } from '../../../src/dev/engine/index.mjs';

const BASE = 'smoke-base:bookworm';
const LIBRARIES = '/usr/lib/x86_64-linux-gnu';
const PACKAGES = '/usr/lib/python3/dist-packages';

/** Debian 12 with its Python, and patchelf to give libraries other names. */
export function pythonImage(engine: EngineAccess): string {
  return debootstrapImage(engine, { packages: ['patchelf', 'python3'], name: BASE });
}

/** Builds an image of a Dockerfile and files beside it. Gives the name. */
export function buildTestImage(engine: EngineAccess, name: string, dockerfile: string, files: Readonly<Record<string, string | Buffer>> = {}): string {
  const folder = mkdtempSync('/var/tmp/trtc-smoke-image-');
  try {
    for (const [file, content] of Object.entries({ ...files, Dockerfile: dockerfile })) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), content, { mode: 0o755 });
    }
    const { status, stderr } = spawnSync('/usr/bin/docker', ['build', '--quiet', '--tag', name, folder], { env: { ...engine.env, DOCKER_BUILDKIT: '1' }, encoding: 'utf8', maxBuffer: 2 ** 26 });
    if (status !== 0) throw new Error(`docker build of ${name}: ${stderr}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return name;
}

/**
 * Real shared libraries under NVIDIA's names: OpenSSL's libssl, which needs libcrypto, as libnvinfer; `commands` then
 * change the image.
 */
export function libraryImage(engine: EngineAccess, name: string, ...commands: readonly string[]): string {
  return buildTestImage(
    engine,
    name,
    [
      `FROM ${BASE}`,
      'ENV CUDA_VERSION=12.4.1 NVIDIA_DRIVER_CAPABILITIES=compute,utility',
      `RUN ${copyLibrary('libnvinfer.so.8.6.1', 'libnvinfer.so.8')}`,
      ...commands.map((command) => `RUN ${command}`),
      'RUN ldconfig',
      '',
    ].join('\n'),
  );
}

/** A command that makes OpenSSL's libssl a library of another name and SONAME. */
export function copyLibrary(file: string, soname: string): string {
  return `cp ${LIBRARIES}/libssl.so.3 ${LIBRARIES}/${file} && patchelf --set-soname ${soname} ${LIBRARIES}/${file}`;
}

/** A Python package of this name and version whose import runs `source`; `commands` are further instructions. */
export function moduleImage(engine: EngineAccess, name: string, module: string, version: string, source: string, ...instructions: readonly string[]): string {
  return buildTestImage(
    engine,
    name,
    [`FROM ${BASE}`, `COPY package ${PACKAGES}/`, ...instructions, ''].join('\n'),
    {
      [`package/${module}/__init__.py`]: `__version__ = '${version}'\n${source}\n`,
      [`package/${module}-${version}.dist-info/METADATA`]: `Metadata-Version: 2.1\nName: ${module}\nVersion: ${version}\n`,
    },
  );
}
