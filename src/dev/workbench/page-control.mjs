// Lets a suite in the extension host see and touch the workbench as a person does: POST a JSON deed to TRTC_PAGE.
import { mkdirSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { cache } from '../set-up.mjs';

/** What a suite may ask of the page; each gives what is sent back as JSON. */
const DEEDS = {
  /** Texts, or values of an attribute, of all elements of a selector that are in the page. */
  read: (page, { selector, attribute, webview }) =>
    within(page, webview).locator(selector).evaluateAll((elements, name) => elements.map((element) => (name === undefined ? element.textContent : element.getAttribute(name)) ?? ''), attribute),
  click: (page, { selector, text, button = 'left', count = 1, webview }) => find(within(page, webview), selector, text).click({ button, clickCount: count, timeout: 10_000 }),
  hover: (page, { selector, text }) => find(page, selector, text).hover({ timeout: 10_000 }),
  press: (page, { keys }) => page.keyboard.press(keys),
  type: (page, { text }) => page.keyboard.type(text),
  /** Addresses and texts of the pages that the window has opened beside itself, which are closed. */
  opened: (page) =>
    Promise.all(
      page.context().pages().filter((one) => one !== page).map(async (one) => {
        // VS Code opens an empty page and then gives it its address.
        await one.waitForURL(({ protocol }) => protocol !== 'about:');
        await one.waitForLoadState();
        const content = { url: one.url(), text: await one.locator('body').innerText() };
        await one.close();
        return content;
      }),
    ),
  screenshot: async (page, { name }) => {
    const folder = path.join(cache, 'screenshots/suites');
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
  },
};

/**
 * Gives `{ url, use(page, openWindow), stop }` of a server on 127.0.0.1; deeds before `use` fail. The deed `window` turns
 * to a second window, which `openWindow` opens when it is first asked for, or back to the first: in the window that runs
 * the tests VS Code shows no dialogs.
 */
export async function servePageControl() {
  const windows = new Map();
  let page;
  let open;
  const turnTo = async ({ name }) => {
    if (!windows.has(name)) windows.set(name, await open());
    page = windows.get(name);
    await page.bringToFront();
  };
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      // A suite in a browser comes from another origin.
      response.setHeader('Access-Control-Allow-Origin', '*');
      const { deed, ...rest } = JSON.parse(body);
      Promise.resolve(deed === 'window' ? turnTo(rest) : DEEDS[deed](page, rest)).then(
        (result) => response.end(JSON.stringify(result ?? null)),
        (error) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    use: (opened, openWindow) => {
      windows.set('tests', (page = opened));
      open = openWindow;
    },
    stop: () => server.close(),
  };
}

/** The page, or the content of the webview in it. */
function within(page, webview) {
  return webview === true ? page.frameLocator('iframe.webview.ready').frameLocator('#active-frame') : page;
}

function find(page, selector, text) {
  const found = page.locator(selector);
  return (text === undefined ? found : found.filter({ hasText: text })).first();
}
