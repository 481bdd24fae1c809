#!/usr/bin/env node
// Stands in for the desktop `code` in @vscode/test-electron's runTests: takes the same arguments, runs the suite in
// code-server's workbench, prints what the suite prints and ends with its exit code.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { cache } from '../set-up.mjs';
import { openBrowser, remoteUri, startServer, workbenchUrl } from './code-server.mjs';
import { servePageControl } from './page-control.mjs';

/** In front of each line that the suite itself prints; the rest is the workbench talking to itself. */
const SUITE_MARK = '│ ';
const TIMEOUT_MS = 10 * 60 * 1000;

const args = process.argv.slice(2);
const option = (name) => args.find((arg) => arg.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
const folder = args.find((arg) => !arg.startsWith('-'));

const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'trtc-workbench-'));
const control = await servePageControl();
const server = await startServer({
  dataFolder,
  env: { TRTC_PAGE: control.url },
  test: true,
  trustAll: !args.includes('--keep-workspace-trust'),
  settings: { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
});
const { browser, page } = await openBrowser();
control.use(page, async () => {
  const window = await browser.newPage({ viewport: page.viewportSize(), colorScheme: 'dark' });
  await window.goto(workbenchUrl(server.port, folder, [['extensionDevelopmentPath', remoteUri(server.port, option('extensionDevelopmentPath'))]]));
  await window.locator('.activitybar').waitFor();
  return window;
});
/** What the workbench itself complains of; shown when the suite fails. */
const errors = [];
let exitCode = 1;
try {
  exitCode = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The suite did not end in time.')), TIMEOUT_MS);
    const end = (code) => (clearTimeout(timer), resolve(code));
    page.on('crash', () => reject(new Error('The workbench crashed.')));
    void (async () => {
      await page.exposeFunction('codeAutomationLog', (type, values) => {
        const text = format(...values);
        if (text.startsWith(SUITE_MARK)) console.log(text.slice(SUITE_MARK.length));
        else if (type === 'error') errors.push(text);
      });
      await page.exposeFunction('codeAutomationExit', end);
      const payload = ['extensionDevelopmentPath', 'extensionTestsPath'].map((name) => [name, remoteUri(server.port, option(name))]);
      await page.goto(workbenchUrl(server.port, folder, payload));
    })().catch(reject);
  });
} catch (error) {
  console.error(String(error));
} finally {
  if (exitCode !== 0) {
    const picture = path.join(cache, 'failed-workbench.png');
    await page.screenshot({ path: picture }).then(() => console.log(`The workbench at the end: ${picture}`), () => undefined);
    for (const error of errors) console.log(error);
  }
  control.stop();
  await browser.close();
  await server.stop();
  rmSync(dataFolder, { recursive: true, force: true });
}
process.exit(exitCode);
