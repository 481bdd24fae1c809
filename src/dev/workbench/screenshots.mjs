// Pictures of the extension at work, for whoever changes how it looks: .cache/screenshots/GROUP/NAME-dark.png, -light.png
//   npm run screenshots [-- GROUP…] [--theme dark]
// A group is a file of pictures/: what to open, whether it needs an engine, and what to do before each picture.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { cache, run, setUpNodeModules } from '../set-up.mjs';
import { copySamples, openAndWaitForDiagnostics, serveSamples } from './samples.mjs';

const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern', contrast: 'Default High Contrast' };
const PICTURES = new URL('pictures/', import.meta.url);

const { values, positionals } = parseArgs({ allowPositionals: true, options: { theme: { type: 'string', multiple: true, default: ['dark', 'light'] } } });
const groups = positionals.length > 0 ? positionals : readdirSync(PICTURES).map((file) => path.basename(file, '.mjs'));

setUpNodeModules();
run('node', ['src/dev/package.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });

for (const group of groups) {
  const { default: pictures } = await import(new URL(`${group}.mjs`, PICTURES));
  for (const theme of values.theme) await take(group, pictures, theme);
}

/** Takes the pictures of a group in one theme, on a fresh copy of the samples and, where wanted, a fresh engine. */
async function take(group, { file, prepare, engine: wantsEngine = false, settings = {}, shoot: act }, theme) {
  const out = path.join(cache, 'screenshots', group);
  mkdirSync(out, { recursive: true });
  const parts = wantsEngine ? await startParts() : undefined;
  await prepare?.(parts);
  const { url, stop } = await serveSamples(copySamples(), file, { 'workbench.colorTheme': THEMES[theme], ...settings }, parts?.env);
  const { browser, page } = await openAndWaitForDiagnostics(url, { colorScheme: theme === 'light' ? 'light' : 'dark' });
  try {
    await act({
      page,
      ...parts,
      /** Takes a picture of all, after a pause in which the workbench comes to rest. */
      shoot: async (name, restMs = 1000) => {
        await page.waitForTimeout(restMs);
        const picture = path.join(out, `${name}-${theme}.png`);
        await page.screenshot({ path: picture });
        console.log(path.relative(process.cwd(), picture));
      },
      /** Runs a command of the palette by its title. */
      command: async (title) => {
        await page.keyboard.press('F1');
        await page.locator('.quick-input-widget input').waitFor({ state: 'visible' });
        await page.keyboard.type(title);
        await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
      },
    });
  } finally {
    await browser.close();
    await stop();
    await parts?.stop();
  }
}

/** An engine with the stand-in GPU and busybox, and a registry that it takes for Docker Hub. */
async function startParts() {
  const { busyboxImage, setUpEngine, startEngine, startRegistry } = await import('../engine/index.mjs');
  setUpEngine();
  const registry = await startRegistry();
  const engine = await startEngine({ mirrors: [`http://${registry.host}`] });
  await busyboxImage(engine);
  const { PATH, DOCKER_HOST, DOCKER_CONFIG } = engine.env;
  const stop = async () => {
    await engine.stop();
    await registry.stop();
  };
  return { engine, registry, env: { PATH, DOCKER_HOST, DOCKER_CONFIG, TRTC_REGISTRY: registry.host }, stop };
}
