// What @vscode/test-electron starts inside the extension host: mocha over the suites bundled with this file.
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { runMocha } from './run-mocha';

/** Suites that click and type as a person does meet a workbench that is not always as quick: each test has so many more tries. */
const RETRIES = 2;

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
  await measureActivation();
  const results = await runMocha(load, { grep: process.env['TRTC_GREP'], retries: RETRIES });
  const file = process.env['TRTC_RESULTS'];
  if (file !== undefined) writeFileSync(file, JSON.stringify(results));
  if (results.failed > 0) throw new Error(`${results.failed} failed`);
}

function load(): Promise<unknown> {
  if (process.env['TRTC_SUITE'] === 'restricted') return import('./restricted');
  return process.env['TRTC_SUITE'] === 'docker' ? import('./docker') : import('./suites');
}
