// What @vscode/test-electron starts inside the extension host: mocha over the suites bundled with this file.
import { writeFileSync } from 'node:fs';
import { format } from 'node:util';
import Mocha from 'mocha';
import * as vscode from 'vscode';

/** Suites that click and type as a person does meet a workbench that is not always as quick: each test has so many more tries. */
const RETRIES = process.env['TRTC_SUITE'] === 'docker' ? 2 : 0;

const EXTENSION = 'tensorrt-containers.tensorrt-containers';

/** How long the extension takes to activate, for the benchmark to print; to the file that TRTC_ACTIVATION names. */
async function measureActivation(): Promise<void> {
  const file = process.env['TRTC_ACTIVATION'];
  const extension = vscode.extensions.getExtension(EXTENSION);
  if (file === undefined || extension === undefined || extension.isActive) return;
  const start = performance.now();
  await extension.activate();
  writeFileSync(file, JSON.stringify({ activationMs: performance.now() - start }));
}

/** Runs the suites; numbers go to the file that TRTC_RESULTS names. Rejects when a test fails. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', color: false, timeout: 60_000, slow: 5_000, retries: RETRIES, ...(process.env['TRTC_GREP'] && { grep: process.env['TRTC_GREP'] }) });
  // The launcher tells the suite's lines from the workbench's by the mark.
  Mocha.reporters.Base.consoleLog = (...values: unknown[]) => format(...values).split('\n').forEach((line) => console.log(`│ ${line}`));
  await measureActivation();
  const { suite } = mocha;
  suite.emit('pre-require', globalThis, '', mocha);
  if (process.env['TRTC_SUITE'] === 'restricted') await import('./restricted');
  else if (process.env['TRTC_SUITE'] === 'docker') await import('./docker');
  else await import('./suites');
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      const { passes = 0, pending = 0 } = runner.stats ?? {};
      const results = process.env['TRTC_RESULTS'];
      if (results !== undefined) writeFileSync(results, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
      if (failures > 0) reject(new Error(`${failures} failed`));
      else resolve();
    });
  });
}
