// Measures what a build costs over the bare docker command: pairs of the same build, one after another, in one run.
//   npm run bench:build [-- PAIRS]     with DOCKER_HOST of an engine that has busybox
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildImage, listAddresses } from '../docker';

/** Steps that print much, and take some time as real ones do. */
const DOCKERFILE = `FROM busybox
${Array.from({ length: 5 }, (_, i) => `RUN sleep 1; seq ${i} 4000; sleep 0.5`).join('\n')}
`;

const LIMIT = 0.05;

async function main(): Promise<void> {
  const pairs = Number(process.argv[2] ?? 5);
  const context = mkdtempSync(path.join(os.tmpdir(), 'trtc-bench-'));
  const trtc = path.resolve('dist/trtc.js');
  try {
    writeFileSync(path.join(context, 'Dockerfile'), DOCKERFILE);
    const address = (await listAddresses()).find(({ current }) => current);
    if (address === undefined) throw new Error('There is no engine: set DOCKER_HOST.');
    const args = ['--no-cache', '--network', 'none', context];
    const run = (program: string, more: readonly string[], env: NodeJS.ProcessEnv = {}): void =>
      void execFileSync(program, [...more, ...args], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 2 ** 28, env: { ...process.env, ...env } });
    // Once, so that what is asked of the docker command is known.
    const { way } = await buildImage(address, { context, network: 'none', noCache: true });
    const bare = way.startsWith('buildx') ? ['buildx', 'build', '--load', '--progress', 'plain'] : ['build', ...(way === 'legacy' ? [] : ['--progress', 'plain'])];
    const ratios = { 'in the editor': [] as number[], 'trtc build': [] as number[] };
    for (let pair = 0; pair < pairs; pair++) {
      const first = await time(() => run('docker', bare, way === 'buildkit' ? { DOCKER_BUILDKIT: '1' } : {}));
      const inside = await time(() => buildImage(address, { context, network: 'none', noCache: true }));
      const command = await time(() => run(process.execPath, [trtc, 'build']));
      ratios['in the editor'].push(inside / first - 1);
      ratios['trtc build'].push(command / first - 1);
      console.log(`${way}: docker ${first.toFixed(0)} ms, in the editor ${inside.toFixed(0)} ms, trtc build ${command.toFixed(0)} ms`);
    }
    for (const [name, values] of Object.entries(ratios)) {
      const median = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
      console.log(`${name}: ${(median * 100).toFixed(1)} % over the bare command (limit ${LIMIT * 100} %)`);
      if (!(median < LIMIT)) process.exitCode = 1;
    }
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

void main();
