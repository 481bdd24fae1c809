// Gets the parts of a workbench in the browser: code-server (VS Code's own server with its own Node), playwright, Chromium.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PSEUDO } from '../pseudo.mjs';
import { cache, root, run, setUpDebianPackages, which } from '../set-up.mjs';

/** Exact versions: a moving workbench would make the suite fail for reasons that are not ours. */
const PACKAGES = { 'code-server': '4.139.1', node: '24.21.0', 'playwright-core': '1.65.1' };

/**
 * The texts of VS Code in other languages, and a font that has their characters. Later versions of the pack hold the texts
 * by number, for their own build; this one by key.
 */
const LANGUAGES = { 'zh-cn': { package: '@codingame/monaco-vscode-language-pack-zh-hans', version: '4.2.1', font: 'fonts-wqy-microhei' } };

/** What code-server's native modules are compiled with, Chromium itself, and a font for the screenshots. */
const DEBIAN_PACKAGES = ['libkrb5-dev', 'pkg-config', 'python3', 'make', 'g++', 'chromium', 'fonts-dejavu-core'];

/** The Chromium to drive, or undefined. */
function findChromium() {
  return process.env.CHROMIUM ?? ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'].map(which).find(Boolean);
}

/** Where the parts of the browser workbench lie once `setUpCodeServer` has run. */
function codeServerParts() {
  const folder = path.join(cache, `code-server-${PACKAGES['code-server']}`);
  return {
    folder,
    stamp: path.join(folder, 'ready.json'),
    node: path.join(folder, 'node/node_modules/.bin/node'),
    server: path.join(folder, 'server/node_modules/code-server/lib/vscode/out/server-main.js'),
    playwright: path.join(folder, 'playwright/node_modules/playwright-core/index.mjs'),
    chromium: findChromium(),
  };
}

/** Installs code-server, the Node it needs and playwright into the cache, once; later calls return at once. */
export function setUpCodeServer() {
  setUpDebianPackages(DEBIAN_PACKAGES);
  const parts = codeServerParts();
  const wanted = JSON.stringify(PACKAGES);
  if (!(existsSync(parts.stamp) && readFileSync(parts.stamp, 'utf8') === wanted)) {
    console.log(`Installing code-server ${PACKAGES['code-server']} into ${path.relative(root, parts.folder)} (some minutes, once)`);
    rmSync(parts.folder, { recursive: true, force: true });
    // A folder each: a later `npm install` beside node's package would prune what that package's own script installed.
    const install = (subfolder, name, change = {}) => {
      const cwd = path.join(parts.folder, subfolder);
      mkdirSync(cwd, { recursive: true });
      writeFileSync(path.join(cwd, 'package.json'), JSON.stringify({ private: true }));
      // Under `npm test` npm hands on its own Node's version by this name, and code-server's script would believe it.
      const { npm_config_user_agent: _, ...inherited } = process.env;
      const env = { ...inherited, ...change };
      const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${PACKAGES[name]}`];
      run('npm', args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] });
    };
    install('node', 'node');
    install('playwright', 'playwright-core');
    // The native modules must be compiled for, and by, that Node; its package brings the headers, so nothing is downloaded.
    const nodeHome = path.join(parts.folder, 'node/node_modules/node/node_modules', `node-${process.platform}-${process.arch}`);
    install('server', 'code-server', {
      PATH: `${path.dirname(parts.node)}${path.delimiter}${process.env.PATH}`,
      ...(existsSync(path.join(nodeHome, 'include/node/node.h')) && { npm_config_nodedir: nodeHome }),
    });
    writeFileSync(parts.stamp, wanted);
  }
  if (parts.chromium === undefined) throw new Error('No Chromium found; set CHROMIUM to one.');
  return parts;
}

/**
 * Fetches a language pack and its font, once. Gives what `languagepacks.json` of the server's data folder holds of it;
 * texts that are newer than the pack stay English.
 */
export async function setUpLanguage(language) {
  if (language === PSEUDO) return setUpPseudo();
  const { package: name, version, font } = LANGUAGES[language] ?? {};
  if (name === undefined) throw new Error(`No language pack is known for ${language}; there is one for ${Object.keys(LANGUAGES).join(', ')}.`);
  setUpDebianPackages([font]);
  const folder = path.join(cache, `language-${language}-${version}`);
  const core = path.join(folder, 'main.i18n.json');
  if (!existsSync(core)) {
    mkdirSync(folder, { recursive: true });
    // Its dependency, an editor, is not wanted: the archive alone is.
    run('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    run('tar', ['-xzf', readdirSync(folder).find((file) => file.endsWith('.tgz')), '--strip-components=1'], { cwd: folder });
    const { default: contents } = await import(pathToFileURL(path.join(folder, 'translations/main.i18n.json.js')).href);
    writeFileSync(core, JSON.stringify({ contents }));
  }
  const extensions = path.join(folder, 'translations/extensions');
  const ofExtensions = readdirSync(extensions).map((file) => [path.basename(file, '.i18n.json'), path.join(extensions, file)]);
  return { hash: version, label: language, extensions: [{ extensionIdentifier: { id: name }, version }], translations: Object.fromEntries([['vscode', core], ...ofExtensions]) };
}

/** The workbench itself stays English in the pseudo language. */
function setUpPseudo() {
  const folder = path.join(cache, `language-${PSEUDO}`);
  const core = path.join(folder, 'main.i18n.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(core, JSON.stringify({ contents: {} }));
  // A pack without an extension keeps the server from telling which extensions there are.
  return { hash: '1', label: PSEUDO, extensions: [{ extensionIdentifier: { id: PSEUDO }, version: '1' }], translations: { vscode: core } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUpCodeServer();
