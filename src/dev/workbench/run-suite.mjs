// Runs test/workbench in a real VS Code: a desktop one where it can be downloaded and shown, else code-server.
//   node src/dev/workbench/run-suite.mjs [--vsix FILE] [--results FILE] [--suite NAME] [--grep TEXT]
// The suite `web` runs in the extension host of a browser, without a machine behind it.
// The suite `docker` gets an engine with the stand-in GPU (see ../engine); where none can be started it is left out, and
// in CI that is a failure.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { busyboxImage, setUpEngine, startEngine, startRegistry, whyNoEngine } from '../engine/index.mjs';
import { cache, root } from '../set-up.mjs';
import { installExtension } from './code-server.mjs';
import { serveControl } from './engine-control.mjs';
import { runWebSuite } from './web-suite.mjs';

const IN_BROWSER = path.join(root, 'src/dev/workbench/code-in-browser.mjs');

const SUITES = ['suites', 'restricted', 'web', 'docker'];

const { values } = parseArgs({ options: { vsix: { type: 'string' }, results: { type: 'string' }, suite: { type: 'string', multiple: true, default: SUITES }, grep: { type: 'string', default: '' } } });

const suite = path.join(cache, 'workbench/suite.js');
await esbuild.build({
  absWorkingDir: root,
  entryPoints: ['test/workbench/index.ts'],
  outfile: suite,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  external: ['vscode'],
  sourcemap: 'inline',
  logLevel: 'warning',
});

const scratch = mkdtempSync(path.join(os.tmpdir(), 'trtc-suite-'));
try {
  const desktop = await findDesktop();
  const extensionDevelopmentPath = values.vsix === undefined ? root : unpack(path.resolve(values.vsix));
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const add = (counts) => Object.keys(totals).forEach((key) => (totals[key] += counts[key]));
  for (const name of values.suite) {
    if (name === 'web') {
      const of = { extension: extensionDevelopmentPath, files: path.join(root, 'media/samples'), grep: values.grep };
      for (const language of [undefined, 'zh-cn']) add(await runWebSuite({ ...of, language }));
      continue;
    }
    // runTests turns workspace trust off in every desktop VS Code, and gives no hold on its window: our stand-in does both.
    const vscode = name === 'suites' ? (desktop ?? IN_BROWSER) : IN_BROWSER;
    const counts = await (name === 'docker' ? runWithEngine(vscode, extensionDevelopmentPath) : runSuite(name, vscode, extensionDevelopmentPath));
    add(counts);
  }
  if (values.results !== undefined) writeFileSync(values.results, JSON.stringify(totals));
  if (totals.failed > 0) process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The suite `docker`, with an engine and a registry of its own, which it may also kill. */
async function runWithEngine(vscodeExecutablePath, extensionDevelopmentPath) {
  try {
    setUpEngine();
  } catch (error) {
    console.log(error.message);
  }
  const reason = whyNoEngine();
  if (reason !== null) {
    console.log(`The suite "docker" is left out: ${reason}.`);
    return { passed: 0, failed: process.env.CI ? 1 : 0, skipped: 0 };
  }
  const registry = await startRegistry();
  const engine = await startEngine({ mirrors: [`http://${registry.host}`] });
  await busyboxImage(engine);
  const control = await serveControl(engine);
  const { PATH, DOCKER_HOST, DOCKER_CONFIG } = engine.env;
  try {
    const env = { PATH, DOCKER_HOST, DOCKER_CONFIG, TRTC_REGISTRY: registry.host, TRTC_ENGINE_CONTROL: control.url };
    return await runSuite('docker', vscodeExecutablePath, extensionDevelopmentPath, env);
  } finally {
    control.stop();
    await engine.stop();
    await registry.stop();
  }
}

/** Runs one set of suites on a fresh copy of the samples; gives its numbers, one failure when it did not get that far. */
async function runSuite(name, vscodeExecutablePath, extensionDevelopmentPath, env = {}) {
  const workspace = path.join(scratch, name);
  const results = path.join(scratch, `${name}.json`);
  cpSync(path.join(root, 'media/samples'), workspace, { recursive: true });
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath,
      extensionTestsPath: suite,
      extensionTestsEnv: { ...env, TRTC_SUITE: name, TRTC_RESULTS: results, TRTC_GREP: values.grep, ...(name === 'suites' ? { TRTC_ACTIVATION: path.join(cache, 'workbench/activation.json') } : {}) },
      launchArgs: [workspace, '--disable-extensions', ...(name === 'restricted' ? ['--keep-workspace-trust'] : [])],
    });
  } catch (error) {
    console.error(String(error));
  }
  return existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : { passed: 0, failed: 1, skipped: 0 };
}

/** A desktop VS Code, or undefined where there is no screen to show it on or no network to get it from. */
async function findDesktop() {
  if (process.platform === 'linux' && process.env.DISPLAY === undefined) return undefined;
  try {
    return await downloadAndUnzipVSCode({ cachePath: path.join(cache, 'vscode-test') });
  } catch (error) {
    console.log(`No desktop VS Code (${error.message}); the suite runs in code-server.`);
    return undefined;
  }
}

/** The content of a package, so that the suite runs on what is shipped. */
function unpack(vsix) {
  if (!existsSync(vsix)) throw new Error(`${vsix} does not exist`);
  const folders = { dataFolder: path.join(scratch, 'data'), extensionsFolder: path.join(scratch, 'extensions') };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return installExtension(vsix, folders);
}
