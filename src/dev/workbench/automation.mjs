// A suite in the extension host of a page: what it prints, and how it ends.
import path from 'node:path';
import { format } from 'node:util';
import { cache } from '../set-up.mjs';

/** In front of each line that the suite itself prints; the rest is the workbench talking to itself. */
const SUITE_MARK = '│ ';
const TIMEOUT_MS = 10 * 60 * 1000;

/**
 * Opens an address that runs a suite, prints what the suite prints, and gives its exit code; `onLine` is given the other
 * lines of the log. Of a suite that fails a picture is left, and what the workbench complained of is printed.
 */
export async function runInPage(page, url, onLine = () => undefined) {
  const errors = [];
  let exitCode = 1;
  let timer;
  try {
    exitCode = await new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error('The suite did not end in time.')), TIMEOUT_MS);
      page.on('crash', () => reject(new Error('The workbench crashed.')));
      void (async () => {
        await page.exposeFunction('codeAutomationLog', (type, values) => {
          const text = format(...values);
          if (text.startsWith(SUITE_MARK)) console.log(text.slice(SUITE_MARK.length));
          else if (type === 'error') errors.push(text);
          else onLine(text);
        });
        await page.exposeFunction('codeAutomationExit', resolve);
        await page.goto(url);
      })().catch(reject);
    });
  } catch (error) {
    console.error(String(error));
  } finally {
    clearTimeout(timer);
    if (exitCode !== 0) {
      const picture = path.join(cache, 'failed-workbench.png');
      await page.screenshot({ path: picture }).then(() => console.log(`The workbench at the end: ${picture}`), () => undefined);
      for (const error of errors) console.log(error);
    }
  }
  return exitCode;
}
