// What activation costs: the packaged extension beside empty ones, turn by turn, each in a fresh extension host.
//   npm run bench:activation [-- --rounds 10]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run, setUpNodeModules } from '../set-up.mjs';
import { copyPackaged, describe, openWindows, quantile, round, writeExtension, writeProbe } from './probe.mjs';
import { copySamples } from './samples.mjs';

/** What the probe measures in the extension host, in milliseconds. */
const MEASURES = {
  activationMs: 'loading and activate()',
  processorMs: 'of it, time of the processor',
  firstSecondMs: 'time in which the extension host is busy from the activation to a second later',
  busyMs: 'longest that the extension host is then busy without a break',
};
/** What follows an activation by itself is over by then. */
const AFTERWARDS_MS = 4000;
const SECOND_MS = 1000;

/**
 * Activates the extension with a watch in its hand. The events are left out of all extensions: an activation in the middle
 * of the start would measure the start.
 */
const PROBE = `
    const { monitorEventLoopDelay } = require('node:perf_hooks');
    const processorMs = () => { const { user, system } = (process.threadCpuUsage ?? process.cpuUsage).call(process); return (user + system) / 1000; };
    const delay = monitorEventLoopDelay({ resolution: 1 });
    if (ours.isActive) throw new Error('It is active before its time.');
    const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    const [start, startProcessorMs, startUse] = [performance.now(), processorMs(), performance.eventLoopUtilization()];
    await ours.activate();
    const report = { activationMs: performance.now() - start, processorMs: processorMs() - startProcessorMs };
    delay.enable();
    await pause(${SECOND_MS});
    const firstSecondMs = performance.eventLoopUtilization(startUse).active;
    await pause(${AFTERWARDS_MS - SECOND_MS});
    return { ...report, firstSecondMs, busyMs: delay.max / 1e6 };`;

/** Name -> what puts the extension into an extensions folder. Whoever asks for the API has VS Code make one for him. */
const KINDS = {
  empty: (extensions) => writeExtension(extensions, { name: 'tensorrt-containers', activationEvents: [] }, 'exports.activate = () => undefined;'),
  'empty, asks for the API': (extensions) => writeExtension(extensions, { name: 'tensorrt-containers', activationEvents: [] }, "require('vscode'); exports.activate = () => undefined;"),
  ours: (extensions) => copyPackaged(extensions, scratch, { activationEvents: [] }),
};

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' }, 'keep-package': { type: 'boolean' } } });

setUpNodeModules();
if (!values['keep-package']) run('node', ['src/dev/package.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });

const scratch = mkdtempSync(path.join(os.tmpdir(), 'trtc-activation-'));
const folder = copySamples();
const windows = {};
const results = {};
try {
  for (const [kind, write] of Object.entries(KINDS)) {
    const extensionsFolder = path.join(scratch, kind);
    mkdirSync(extensionsFolder);
    write(extensionsFolder);
    writeProbe(extensionsFolder, PROBE);
    windows[kind] = await openWindows({ scratch, extensionsFolder, folder });
    results[kind] = [];
  }
  // The first window of each warms the disk.
  for (let round = -1; round < Number(values.rounds); round++) {
    for (const kind of Object.keys(KINDS)) {
      const measured = await windows[kind].take();
      if (round >= 0) results[kind].push(measured);
    }
  }
} finally {
  for (const one of Object.values(windows)) await one.close();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`Median (spread) of ${values.rounds} activations each, in milliseconds:`);
console.table(
  Object.fromEntries(
    Object.entries(MEASURES).map(([name, meaning]) => {
      const of = (kind) => results[kind].map((one) => one[name]);
      const difference = round(quantile(of('ours'), 0.5) - quantile(of('empty'), 0.5));
      return [meaning, { ...Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, describe(of(kind))])), 'ours - empty': difference }];
    }),
  ),
);
