// Reading an engine that is full, beside dockerode's bare list calls, in one run against one engine:
//   npm run bench:docker [-- --images 1000 --containers 1000]
// Needs root and Debian's packages: it starts an engine of its own (see engine/).
import { parseArgs } from 'node:util';
import Docker from 'dockerode';
import { connect, listContainers, listImages, watchEngine } from '../docker/index';
import type { EngineAddress } from '../docker/model';
import type * as Engines from './engine/index.mjs';

const { values } = parseArgs({
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
  options: { images: { type: 'string', default: '1000' }, containers: { type: 'string', default: '1000' } },
});
const ROUNDS = 25;
const WARM_UP = 5;

void main();

async function main(): Promise<void> {
  // The bundle of this file lies elsewhere.
  const { busyboxImage, setUpEngine, startEngine, syntheticContainers, syntheticImages } = (await import(`${process.cwd()}/src/dev/engine/index.mjs`)) as typeof Engines;
  setUpEngine();
  const engine = await startEngine();
  try {
    await busyboxImage(engine);
    await syntheticImages(engine, Number(values.images));
    await syntheticContainers(engine, Number(values.containers));
    await compare(engine);
  } finally {
    await engine.stop();
  }
}

/** Prints medians and their ratio to the bare calls. */
async function compare({ socket, host }: Engines.TestEngine): Promise<void> {
  const address: EngineAddress = { name: 'bench', from: 'environment', url: host, certificates: null, current: true };
  const docker = new Docker({ socketPath: socket });
  const engine = await connect(address);
  const watch = watchEngine(address, () => undefined);
  watch.setVisible(true);
  await until(() => watch.inventory.containers !== null && watch.inventory.images !== null);

  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    "dockerode's list calls": () => Promise.all([docker.listContainers({ all: true }), docker.listImages()]),
    'listContainers + listImages': () => Promise.all([listContainers(engine), listImages(engine)]),
    'refresh of a watch': () => watch.refresh(),
    'show: from nothing to both lists': async () => {
      const shown = watchEngine(address, () => undefined);
      shown.setVisible(true);
      await until(() => shown.inventory.containers !== null && shown.inventory.images !== null);
      shown.dispose();
    },
  };
  const medians = await measureInTurns(Object.values(ways));
  const bare = medians[0] ?? NaN;
  console.table(Object.fromEntries(Object.keys(ways).map((name, i) => [name, { ms: round(medians[i] ?? NaN), ratio: round((medians[i] ?? NaN) / bare) }])));
  watch.dispose();
}

/** Medians in milliseconds; in every round each way has its turn. */
async function measureInTurns(ways: readonly (() => Promise<unknown>)[]): Promise<readonly number[]> {
  const times = ways.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, way] of ways.entries()) {
      const start = performance.now();
      await way();
      if (round >= WARM_UP) times[i]?.push(performance.now() - start);
    }
  }
  return times.map((list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? NaN);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
