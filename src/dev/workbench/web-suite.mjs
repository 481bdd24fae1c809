// The suites of test/workbench that run in the web worker extension host.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { cache, root } from '../set-up.mjs';
import { runInPage } from './automation.mjs';
import { openBrowser } from './code-server.mjs';
import { servePageControl } from './page-control.mjs';
import { serveWebWorkbench } from './web-workbench.mjs';

const RESULTS = '│RESULTS ';

/**
 * Runs them with the extension in a folder, on a copy of the folder `files`, in English or another language. Gives the
 * numbers of tests, one failure when it did not get that far.
 */
export async function runWebSuite({ extension, files, grep, language }) {
  const control = await servePageControl();
  const tests = path.join(cache, 'workbench/web-suite.js');
  mkdirSync(path.dirname(tests), { recursive: true });
  await bundle(tests, { TRTC_PAGE: control.url, TRTC_GREP: grep, TRTC_LANGUAGE: language });
  const { url, stop } = await serveWebWorkbench({ extension, files, tests, language });
  const { browser, page } = await openBrowser();
  control.use(page);
  let results = { passed: 0, failed: 1, skipped: 0 };
  try {
    await runInPage(page, url, (line) => {
      if (line.startsWith(RESULTS)) results = JSON.parse(line.slice(RESULTS.length));
    });
  } finally {
    control.stop();
    await browser.close();
    stop();
  }
  return results;
}

/** What suites use of Node.js, and what takes its place. */
const REPLACED = { mocha: 'mocha.ts', 'node:assert/strict': 'node.ts', 'node:util': 'node.ts' };

const withoutNode = {
  name: 'without-node',
  setup(build) {
    build.onResolve({ filter: /^(?:mocha|node:.*)$/ }, ({ path: name }) => (name in REPLACED ? { path: path.join(root, 'test/workbench/web', REPLACED[name]) } : undefined));
  },
};

/** An environment is not there either: it is written in. */
async function bundle(outfile, env) {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['test/workbench/web/index.ts'],
    outfile,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'cjs',
    external: ['vscode'],
    plugins: [withoutNode],
    // Without a module around it, mocha's build makes itself global; with one, it would take the place of what ours exports.
    define: { 'process.env': JSON.stringify(env), module: 'undefined' },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}
