// The flow that adds a GPU dev container, up to the changes that are to be agreed to.
const QUESTION = '.quick-input-widget';

export default {
  file: '.devcontainer/devcontainer.json',
  files: { '.devcontainer/devcontainer.json': '{\n  // ours\n  "name": "Trainer",\n  "image": "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04", // as in CI\n  "runArgs": ["--init"]\n}\n' },
  async shoot({ page, command, choose, shoot }) {
    await command('View: Close Primary Side Bar');
    await command('TensorRT: Add GPU Dev Container Configuration');
    const rows = page.locator(`${QUESTION} .monaco-list-row`);
    await rows.filter({ hasText: 'nvcr.io/nvidia/tensorrt' }).first().waitFor();
    await shoot('base');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(1000);
    await shoot('gpus');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(1000);
    await shoot('display');
    await choose('X server');
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
    await command('TensorRT: Generate Dockerfile');
    await shoot('dockerfile', { rest: 1500 });
    await page.keyboard.press('Escape');
    await command('TensorRT: Convert docker run Command');
    await shoot('convert', { rest: 1500 });
    await page.keyboard.press('Escape');
  },
};
