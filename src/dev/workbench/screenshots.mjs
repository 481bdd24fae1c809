// Pictures of the packaged extension at work in the real workbench.
//   npm run pictures [-- GROUP…]      those of README and docs: what a picture is about, large, into docs/pictures
//   npm run screenshots [-- GROUP…] [--theme dark|light|hc-dark|hc-light]… [--language en|zh-cn|qps-ploc]… [--zoom 1|2]… [--all]
//                                     whole windows, for whoever judges how it looks, into .cache/screenshots
// A group is a file of pictures/: what to open, whether it needs an engine, and what to do before each picture. A group
// waits for what its pictures are to show, and fails where it does not come.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PSEUDO } from '../pseudo.mjs';
import { cache, root, run, setUpDebianPackages, setUpNodeModules } from '../set-up.mjs';
import { openBrowser } from './code-server.mjs';
import { copySamples, makeEmptyFolder, serveSamples } from './samples.mjs';

/** Name of a theme's settings, and the class that the workbench then has. */
const THEMES = {
  dark: ['Default Dark Modern', 'vs-dark'],
  light: ['Default Light Modern', 'vs'],
  'hc-dark': ['Default High Contrast', 'hc-black'],
  'hc-light': ['Default High Contrast Light', 'hc-light'],
};
const LANGUAGES = ['en', 'zh-cn'];
/** Windows in pixels of the page: of a usual screen, and of the same at 200 %. */
const WINDOWS = { 1: { width: 1440, height: 900, scale: 1 }, 2: { width: 960, height: 540, scale: 2 } };
const DOCUMENTS = { width: 1100, height: 720, scale: 2 };
const DOCUMENTS_FOLDER = path.join(root, 'docs/pictures');
/** A picture that is larger shows too much. */
const MAX_BYTES = 150 * 1024;
const PICTURES = new URL('pictures/', import.meta.url);

const list = (values) => ({ type: 'string', multiple: true, default: values });
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { documents: { type: 'boolean' }, all: { type: 'boolean' }, theme: list(['dark', 'light']), language: list(['en']), zoom: list(['1']), 'keep-package': { type: 'boolean' } },
});
const groups = positionals.length > 0 ? positionals : readdirSync(PICTURES).map((file) => path.basename(file, '.mjs'));
const [themes, languages, zooms] = values.all ? [Object.keys(THEMES), LANGUAGES, Object.keys(WINDOWS)] : [values.theme, values.language, values.zoom];

setUpNodeModules();
if (!values['keep-package']) run('node', ['src/dev/package.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
if (values.documents) setUpDebianPackages(['pngquant']);

const runs = values.documents
  ? [{ themes: ['dark'], language: 'en', window: DOCUMENTS }]
  : languages.flatMap((language) => zooms.map((zoom) => ({ themes, language, zoom, window: WINDOWS[zoom] })));
for (const group of groups) {
  const { default: pictures } = await import(new URL(`${group}.mjs`, PICTURES));
  for (const one of runs) {
    try {
      await take(group, pictures, values.documents ? { ...one, window: { ...one.window, ...pictures.window } } : one);
    } catch (error) {
      // The other groups are worth having.
      console.error(`${group}: ${error.stack}`);
      process.exitCode = 1;
    }
  }
}

/** Takes the pictures of a group in each theme, on a fresh copy of the samples and, where wanted, a fresh engine. */
async function take(group, { file, files, empty = false, prepare, engine: wanted = false, env, settings = {}, shoot: act }, { themes, language, zoom, window }) {
  const parts = wanted === false ? undefined : await startParts(wanted === true ? {} : wanted);
  const folder = empty ? makeEmptyFolder() : copySamples(files);
  await prepare?.({ ...parts, folder });
  const [firstTheme] = themes;
  // Each window keeps the same places for the same things, whatever others do to the cursor and the mouse.
  const quiet = { 'editor.cursorBlinking': 'solid', 'workbench.reduceMotion': 'on', 'editor.minimap.enabled': false, 'files.autoSave': 'off', ...(values.documents && { 'editor.scrollbar.vertical': 'hidden' }), ...settings };
  const workbench = await serveSamples(folder, file, { settings: { 'workbench.colorTheme': THEMES[firstTheme][0], ...quiet }, env: { ...parts?.env, ...env?.(folder) }, ...(language !== 'en' && { language }) });
  const { browser, page } = await openBrowser({ ...window, colorScheme: firstTheme.endsWith('light') ? 'light' : 'dark', reducedMotion: 'reduce' });
  const turnTo = async (theme) => {
    const [name, mark] = THEMES[theme];
    if (await page.locator(`.monaco-workbench.${mark}`).count()) return;
    workbench.change({ 'workbench.colorTheme': name, ...quiet });
    await page.locator(`.monaco-workbench.${mark}`).waitFor({ timeout: 20_000 });
    await page.waitForTimeout(500);
  };
  try {
    await page.goto(workbench.url);
    await page.waitForSelector(file !== undefined ? '.monaco-editor .view-line' : empty ? '.explorer-folders-view' : '.explorer-folders-view .monaco-list-row', { timeout: 60_000 });
    await page.waitForTimeout(2000);
    await act({
      page,
      folder,
      language,
      documents: values.documents ?? false,
      ...parts,
      ...hands(page, folder),
      /**
       * Takes a picture after a pause in which the workbench comes to rest: of the whole window in each theme, and for
       * the documents of `crop`, the box around elements of these selectors, at most so many pixels of the page high, or of
       * nothing where there is no `crop`.
       */
      shoot: async (name, { rest = 800, crop, height } = {}) => {
        await page.waitForTimeout(rest);
        if (values.documents) {
          if (crop !== undefined) await shootDocument(page, name, crop, height);
          return;
        }
        for (const theme of themes) {
          await turnTo(theme);
          const picture = path.join(cache, 'screenshots', group, `${name}-${theme}${language === 'en' ? '' : `-${language}`}${zoom === '1' ? '' : `-x${zoom}`}.png`);
          mkdirSync(path.dirname(picture), { recursive: true });
          await page.screenshot({ path: picture });
          console.log(path.relative(process.cwd(), picture));
          if (language === PSEUDO) writeFileSync(picture.replace(/png$/, 'txt'), await listUntranslated(page));
        }
      },
    });
  } catch (error) {
    const picture = path.join(cache, 'screenshots', `failed-${group}.png`);
    await page.screenshot({ path: picture }).catch(() => undefined);
    console.log(`The workbench at the end: ${picture}`);
    throw error;
  } finally {
    await browser.close();
    await workbench.stop();
    await parts?.stop();
  }
}

/** What the page shows and tells screen readers without brackets, a text a line; what is the workbench's own is always among it. */
async function listUntranslated(page) {
  const ofFrames = await Promise.all(
    page.frames().map((frame) =>
      frame
        .evaluate(() => {
          const shown = Array.from(document.querySelectorAll('body *:not(script, style, .view-lines *)')).filter((element) => element.getClientRects().length > 0);
          const attributes = shown.flatMap((element) => ['aria-label', 'title', 'placeholder'].map((name) => element.getAttribute(name) ?? ''));
          const words = shown.flatMap((element) => Array.from(element.childNodes, (node) => (node.nodeType === Node.TEXT_NODE ? node.textContent : '')));
          return [...attributes, ...words];
        })
        .catch(() => []),
    ),
  );
  return [...new Set(ofFrames.flat().filter((text) => /[A-Za-z]{3}/.test(text) && !text.includes('⟦')))].sort().map((text) => `${text.replaceAll('\n', ' ')}\n`).join('');
}

/** Cuts a picture out of the page, with few colours: what is shown has few, and the file is a quarter of the size. */
async function shootDocument(page, name, crop, maxHeight = Infinity) {
  const boxes = await Promise.all(crop.map((selector) => page.locator(selector).first().boundingBox()));
  const edge = (of, pick) => pick(...boxes.map((box) => of(box)));
  const { width, height } = page.viewportSize();
  const left = Math.max(0, edge(({ x }) => x, Math.min));
  const top = Math.max(0, edge(({ y }) => y, Math.min));
  const right = Math.min(width, edge((box) => box.x + box.width, Math.max));
  const bottom = Math.min(height, top + maxHeight, edge((box) => box.y + box.height, Math.max));
  const picture = path.join(DOCUMENTS_FOLDER, `${name}.png`);
  mkdirSync(DOCUMENTS_FOLDER, { recursive: true });
  await page.screenshot({ path: picture, clip: { x: left, y: top, width: right - left, height: bottom - top } });
  run('pngquant', ['--force', '--skip-if-larger', '--strip', '--speed', '1', '--quality', '70-95', '--output', picture, picture]);
  const { size } = statSync(picture);
  console.log(`${path.relative(process.cwd(), picture)}: ${Math.round(size / 1024)} kB`);
  if (size > MAX_BYTES) throw new Error(`${name}.png is larger than ${MAX_BYTES / 1024} kB`);
}

/** A point of the status bar that says nothing when the pointer is on it. */
function restingPlace(page) {
  const { width, height } = page.viewportSize();
  return [width / 2, height - 4];
}

/** What a person does in a workbench. */
function hands(page, folder) {
  const quickInput = page.locator('.quick-input-widget');
  const hand = {
    /** Runs a command of the palette by its English title, which the palette knows in every language. */
    command: async (title) => {
      const row = quickInput.locator('.monaco-list-row').filter({ hasText: title }).first();
      for (let tries = 1; ; tries++) {
        try {
          await page.keyboard.press('F1');
          await quickInput.locator('input:focus').waitFor({ timeout: 5_000 });
          await page.waitForTimeout(200);
          if ((await quickInput.locator('input:focus').count()) === 0) throw new Error('The palette lost the keyboard.');
          await page.keyboard.press('Control+A');
          await page.keyboard.type(`>${title}`);
          await row.click({ timeout: 5_000 });
          break;
        } catch (error) {
          // What opens or closes just then takes the keyboard from the palette.
          if (tries === 4) throw error;
          await page.keyboard.press('Escape');
        }
      }
      await page.mouse.move(...restingPlace(page));
      await page.waitForTimeout(300);
    },
    /** Drags the edge of the side bar; gives where the pointer may rest. */
    widen: async (width) => {
      const { x, width: before, y } = await page.locator('.part.sidebar').boundingBox();
      await page.mouse.move(x + before + 2, y + 300);
      await page.mouse.down();
      await page.mouse.move(Math.min(x + width, page.viewportSize().width - 120), y + 300, { steps: 5 });
      await page.mouse.up();
      return restingPlace(page);
    },
    /** Takes the row of the list to choose from that holds a text. */
    choose: async (text) => {
      await quickInput.locator('.monaco-list-row').filter({ hasText: text }).first().click();
      await page.mouse.move(...restingPlace(page));
      await page.waitForTimeout(300);
    },
    /** Opens a file of the folder by its path, at a line and column; not by Quick Open, which needs a search program. */
    open: async (name, line = 1, column = 1) => {
      await hand.command('File: Open File...');
      await quickInput.locator('input:focus').waitFor();
      await page.keyboard.press('Control+A');
      await page.keyboard.type(path.join(folder, name));
      const editor = page.locator(`.editor-group-container.active .monaco-editor.focused[data-uri$="${name}"]`);
      for (let tries = 1; ; tries++) {
        await page.waitForTimeout(500);
        await page.keyboard.press('Enter');
        try {
          await editor.waitFor({ timeout: 3_000 });
          break;
        } catch (error) {
          // The dialog was still reading the folder.
          if (tries === 4) throw error;
        }
      }
      await hand.goTo(line, column);
    },
    /** Puts the cursor of the editor in front at a line and column. */
    goTo: async (line, column = 1) => {
      await page.keyboard.press('Control+G');
      await quickInput.locator('input').waitFor({ state: 'visible' });
      await page.keyboard.type(`${line}:${column}`);
      await page.keyboard.press('Enter');
      await page.waitForTimeout(200);
    },
    /** Shows the hover at the cursor. */
    hover: async () => {
      await page.keyboard.press('Control+K');
      await page.keyboard.press('Control+I');
      await page.locator('.monaco-hover:not(.hidden) .hover-row').first().waitFor();
    },
    /** Shows the suggestions at the cursor. */
    suggest: async () => {
      await page.keyboard.press('Control+Space');
      await page.locator('.suggest-widget.visible .monaco-list-row').first().waitFor();
    },
    /** Text of the editor in front, as it is shown. */
    readLines: () => page.locator('.editor-group-container.active .view-line').evaluateAll((lines) => lines.sort((a, b) => parseInt(a.style.top) - parseInt(b.style.top)).map((line) => line.textContent.replaceAll('\u00a0', ' '))),
  };
  return hand;
}

/** An engine with the stand-in GPU and, unless told otherwise, busybox, and a registry that it takes for Docker Hub. */
async function startParts({ images = true, ...options }) {
  const { busyboxImage, setUpEngine, startEngine, startRegistry } = await import('../engine/index.mjs');
  setUpEngine();
  const registry = await startRegistry();
  const engine = await startEngine({ mirrors: [`http://${registry.host}`], ...options });
  if (images) await busyboxImage(engine);
  const { PATH, DOCKER_HOST, DOCKER_CONFIG } = engine.env;
  const stop = async () => {
    await engine.stop();
    await registry.stop();
  };
  return { engine, registry, env: { PATH, DOCKER_HOST, DOCKER_CONFIG, TRTC_REGISTRY: registry.host }, stop };
}
