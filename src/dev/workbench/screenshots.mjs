// Pictures of the extension at work, for whoever changes how it looks: .cache/screenshots/*.png
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { cache, run, setUpNodeModules } from '../set-up.mjs';
import { copySamples, openAndWaitForDiagnostics, serveSamples } from './samples.mjs';

const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern' };

setUpNodeModules();
run('node', ['src/dev/package.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });
const out = path.join(cache, 'screenshots');
mkdirSync(out, { recursive: true });

for (const [colorScheme, theme] of Object.entries(THEMES)) {
  const { url, stop } = await serveSamples(copySamples(), 'custom-tensorrt/Dockerfile', { 'workbench.colorTheme': theme });
  const { browser, page } = await openAndWaitForDiagnostics(url, { colorScheme });
  const shoot = async (name) => {
    await page.waitForTimeout(1000);
    const file = path.join(out, `${name}-${colorScheme}.png`);
    await page.screenshot({ path: file });
    console.log(path.relative(process.cwd(), file));
  };
  const command = async (title) => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').waitFor({ state: 'visible' });
    await page.keyboard.type(title);
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: title }).first().click();
  };
  await page.keyboard.press('Control+Shift+M');
  await shoot('problems');
  await command('Go to Next Problem in Files');
  await shoot('finding');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+.');
  await shoot('fixes');
  await page.keyboard.press('Escape');
  await page.locator('[id="status.languageStatus"]').hover();
  await shoot('status');
  await command('View: Toggle Panel Visibility');
  await command('TensorRT: Explain Rule');
  await page.waitForTimeout(5000);
  await shoot('page');
  await command('View: Close Editor');
  await command('TensorRT: Show Stack of Dockerfile');
  await page.waitForTimeout(5000);
  await shoot('stack');
  await browser.close();
  await stop();
}
