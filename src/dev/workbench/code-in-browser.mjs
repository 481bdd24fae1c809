#!/usr/bin/env node
// Stands in for the desktop `code` in @vscode/test-electron's runTests: takes the same arguments, runs the suite in
// code-server's workbench, prints what the suite prints and ends with its exit code.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runInPage } from './automation.mjs';
import { openBrowser, remoteUri, startServer, workbenchUrl } from './code-server.mjs';
import { servePageControl } from './page-control.mjs';

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
// The server behind the workbench names forwarded ports as code-server serves them; this stands in for what serves them there.
await page.context().route(/^http:\/\/[^/]+\/proxy\/\d+\//, async (route) => {
  const url = route.request().url().replace(/^http:\/\/[^/]+\/proxy\/(\d+)\//, 'http://localhost:$1/');
  await route.fulfill({ response: await route.fetch({ url }) });
});
let exitCode = 1;
try {
  const payload = ['extensionDevelopmentPath', 'extensionTestsPath'].map((name) => [name, remoteUri(server.port, option(name))]);
  exitCode = await runInPage(page, workbenchUrl(server.port, folder, payload));
} finally {
  control.stop();
  await browser.close();
  await server.stop();
  rmSync(dataFolder, { recursive: true, force: true });
}
process.exit(exitCode);
