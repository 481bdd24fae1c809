// A workbench without a machine behind it: code-server's static files alone, served over HTTP, so that extensions run in
// the web worker extension host. The folder that it opens lies in memory, in the page.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { root } from '../set-up.mjs';
import { QUIET_SETTINGS } from './code-server.mjs';
import { setUpCodeServer } from './set-up.mjs';

/** The scheme of the folder in memory; its provider is test/workbench/web/files. */
const SCHEME = 'memory';
const FOLDER = { scheme: SCHEME, authority: 'workspace', path: '/project' };

/** Tests run in the extension host of the extension below which they lie. */
const TESTS = '/extension/tests.js';

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.wasm': 'application/wasm', '.ttf': 'font/ttf' };

/** code-server's workbench has a machine behind it, always, and keeps its user's data there; with these it is the one of VS Code. */
const PATCHES = [
  [/,remoteAuthority:location\.host\}/g, '}'],
  [/(get userRoamingDataHome\(\)\{.{1,80}?\.)vscodeRemote\b/g, '$1vscodeUserData'],
];

/**
 * Serves the workbench on 127.0.0.1 with the extension in the folder `extension` and a copy of the folder `files`;
 * `tests` is a bundle that is run in the extension host. `language`: what extensions are told to speak, and what their
 * manifest speaks, where it is not English. Gives the address, and a function that ends it.
 */
export async function serveWebWorkbench({ extension, files, tests, language }) {
  const { server } = setUpCodeServer();
  const workbench = path.dirname(path.dirname(server));
  const provider = await bundleProvider();
  const listener = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const content = answer(pathname);
    if (content === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': TYPES[path.extname(pathname)] ?? (pathname === '/' ? 'text/html' : 'application/octet-stream'), 'Access-Control-Allow-Origin': '*' }).end(content);
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address();
  const folders = { vscode: workbench, extension: path.resolve(extension) };

  function answer(pathname) {
    if (pathname === '/') return page();
    if (pathname === '/files/extension.js') return provider;
    if (pathname === '/files/package.json') return JSON.stringify(PROVIDER);
    if (pathname === '/files/content.json') return JSON.stringify(readFolder(files));
    if (pathname === TESTS) return readFileSync(tests);
    // A workbench chooses among the texts of a manifest only where a gallery tells it which there are; one under development has these alone.
    if (language !== undefined && pathname === '/extension/package.nls.json') return readFileSync(path.join(folders.extension, `package.nls.${language}.json`));
    const [, name, ...rest] = pathname.split('/').map(decodeURIComponent);
    const folder = folders[name];
    const file = folder === undefined ? undefined : path.join(folder, ...rest);
    if (file === undefined || !file.startsWith(folder + path.sep) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
    return pathname.endsWith('/workbench/workbench.js') ? withoutRemote(readFileSync(file, 'utf8')) : readFileSync(file);
  }

  function page() {
    const here = (pathname) => ({ scheme: 'http', authority: `127.0.0.1:${port}`, path: pathname });
    const configuration = {
      folderUri: FOLDER,
      // What code-server tells its own workbench.
      userDataPath: '/',
      isEnabledFileDownloads: false,
      isEnabledFileUploads: false,
      isEnabledCoderGettingStarted: false,
      additionalBuiltinExtensions: [here('/files')],
      configurationDefaults: { ...QUIET_SETTINGS, 'security.workspace.trust.enabled': false },
      developmentOptions: { enableSmokeTestDriver: true, extensions: [here('/extension')], extensionTestsPath: here(TESTS) },
      productConfiguration: { enableTelemetry: false, extensionEnabledApiProposals: { [`${PROVIDER.publisher}.${PROVIDER.name}`]: PROVIDER.enabledApiProposals } },
      webviewEndpoint: `http://127.0.0.1:${port}/vscode/out/vs/workbench/contrib/webview/browser/pre/`,
    };
    const base = `http://127.0.0.1:${port}/vscode`;
    return `<!doctype html>
<html><head>
<meta charset="utf-8">
<meta id="vscode-workbench-web-configuration" data-settings="${JSON.stringify(configuration).replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">
<link rel="stylesheet" href="${base}/out/vs/code/browser/workbench/workbench.css">
</head><body aria-label="">
<script>globalThis._VSCODE_FILE_ROOT = '${base}/out/';</script>
<script src="${base}/out/nls.messages.js"></script>
${language === undefined ? '' : `<script>globalThis._VSCODE_NLS_LANGUAGE = '${language}';</script>`}
<script type="module" src="${base}/out/vs/code/browser/workbench/workbench.js"></script>
</body></html>`;
  }

  return { url: `http://127.0.0.1:${port}/`, stop: () => (listener.closeAllConnections(), listener.close()) };
}

/** The extension that holds the folder. Searching files is an API that only named extensions get. */
const PROVIDER = {
  name: 'files-in-memory',
  publisher: 'test',
  version: '1.0.0',
  engines: { vscode: '^1.91.0' },
  browser: './extension.js',
  activationEvents: [`onFileSystem:${SCHEME}`, `onSearch:${SCHEME}`],
  enabledApiProposals: ['fileSearchProvider'],
};

async function bundleProvider() {
  const { outputFiles } = await esbuild.build({ absWorkingDir: root, entryPoints: ['test/workbench/web/files.ts'], bundle: true, platform: 'browser', format: 'cjs', external: ['vscode'], write: false });
  return outputFiles[0].contents;
}

/** Paths below a folder, with their content in base64. */
function readFolder(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(files.map(({ parentPath, name }) => path.join(parentPath, name)).map((file) => [path.relative(folder, file).replaceAll(path.sep, '/'), readFileSync(file, 'base64')]));
}

function withoutRemote(script) {
  return PATCHES.reduce((text, [pattern, replacement]) => {
    if (text.match(pattern)?.length !== 1) throw new Error(`This version of code-server has another workbench: ${pattern} of src/dev/workbench/web-workbench.mjs is not in it once.`);
    return text.replace(pattern, replacement);
  }, script);
}
