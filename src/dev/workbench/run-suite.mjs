// Runs test/workbench in a real VS Code: a desktop one where it can be downloaded and shown, else code-server.
//   node src/dev/workbench/run-suite.mjs [--vsix FILE] [--results FILE]
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { installExtension } from './code-server.mjs';
import { cache, root } from '../set-up.mjs';

const { values } = parseArgs({ options: { vsix: { type: 'string' }, results: { type: 'string' } } });

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
const workspace = path.join(scratch, 'workspace');
cpSync(path.join(root, 'media/samples'), workspace, { recursive: true });
try {
  process.exitCode = await runTests({
    vscodeExecutablePath: (await findDesktop()) ?? path.join(root, 'src/dev/workbench/code-in-browser.mjs'),
    extensionDevelopmentPath: values.vsix === undefined ? root : unpack(path.resolve(values.vsix)),
    extensionTestsPath: suite,
    extensionTestsEnv: { ...(values.results && { TRTC_RESULTS: path.resolve(values.results) }) },
    launchArgs: [workspace, '--disable-extensions'],
  });
} catch (error) {
  console.error(String(error));
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
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
