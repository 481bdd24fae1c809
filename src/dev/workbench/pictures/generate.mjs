// The flow that adds a GPU dev container, up to the changes that are to be agreed to.
const QUESTION = '.quick-input-widget';

export default {
  file: '.devcontainer/devcontainer.json',
  files: { '.devcontainer/devcontainer.json': '{\n  // ours\n  "name": "Trainer",\n  "image": "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", // as in CI\n  "runArgs": ["--init"]\n}\n' },
  async shoot({ page, command, choose, shoot }) {
    await command('View: Close Primary Side Bar');
    await command('TensorRT: Add GPU Dev Container Configuration');
    const rows = page.locator(`${QUESTION} .monaco-list-row`);
    // What it is made of stands in its file: that is not asked.
    await rows.filter({ hasText: /All, where there are any|全部（如果有）/ }).first().waitFor();
    await shoot('gpus');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(1000);
    await shoot('display');
    await choose(/X server|X 服务器/);
    await page.waitForTimeout(1000);
    await shoot('display-how');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(1000);
    await shoot('extras');
    await page.keyboard.press('Enter');
    await page.locator('.multiDiffEntry .view-lines').first().waitFor({ timeout: 30_000 });
    await shoot('dev-container', { rest: 2500, crop: ['.part.editor', QUESTION] });
    await page.keyboard.press('Escape');
    await page.locator('.multiDiffEntry').first().waitFor({ state: 'detached' });
    await askMore({ page, command, choose, shoot });
    await command('TensorRT: Generate Dockerfile');
    await shoot('dockerfile', { rest: 1500 });
    await page.keyboard.press('Escape');
    await command('TensorRT: Convert docker run Command');
    await shoot('convert', { rest: 1500 });
    await page.keyboard.press('Escape');
  },
};

/** What few people change: one list, and two of the questions behind it. */
async function askMore({ page, command, choose, shoot }) {
  const rows = page.locator(`${QUESTION} .monaco-list-row`);
  await command('TensorRT: Generate Compose File');
  await page.waitForTimeout(1000);
  await shoot('compose-kind');
  await page.keyboard.press('Enter');
  await rows.filter({ hasText: 'nvcr.io/nvidia/tensorrt' }).first().waitFor();
  await shoot('base');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1000);
  await shoot('compose-gpus');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1000);
  await page.keyboard.press('Enter');
  const more = rows.filter({ hasText: /^(More…|更多…)/ }).first();
  for (let tries = 0; (await more.count()) === 0 && tries < 40; tries++) await page.keyboard.press('PageDown');
  await more.click();
  await shoot('more-ticked');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1000);
  await shoot('more');
  await choose(/^(User|用户)/);
  await page.waitForTimeout(1000);
  await shoot('more-user');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1000);
  await choose(/^(Ports|端口)/);
  await page.waitForTimeout(1000);
  await page.keyboard.press('Control+A');
  await page.keyboard.type('8888, 99999');
  await shoot('more-ports');
  await page.keyboard.press('Escape');
}
