// What one sees in the editor of a Dockerfile.
const EDITOR = '.editor-group-container.active';
/** What a person writes anew: a build from source for two GPUs. */
const NEW = `# Trains on an RTX 4090 and serves on an L4
FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y --no-install-recommends libnvinfer-dev
RUN cmake -S /src -B /build -DCMAKE_CUDA_ARCHITECTURES="80;89"

FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04
RUN pip install torch==2.5.1+cu124 --index-url https://download.pytorch.org/whl/cu124
COPY --from=build /build/server /usr/local/bin/server
`;

export default {
  file: 'custom-tensorrt/Dockerfile',
  files: { 'trainer/Dockerfile': NEW },
  settings: { 'workbench.sideBar.location': 'left' },
  async shoot({ page, command, open, goTo, hover, suggest, shoot }) {
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached', timeout: 60_000 });
    await command('View: Close Primary Side Bar');
    await shoot('file');
    await goTo(20, 26);
    await hover();
    await shoot('finding', { crop: [EDITOR] });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget').first().waitFor();
    await shoot('fixes', { crop: [EDITOR] });
    await page.keyboard.press('Escape');
    await goTo(2, 12);
    await hover();
    await shoot('hover-image', { crop: [EDITOR] });
    await page.keyboard.press('Escape');
    await goTo(2, 2);
    await hover();
    await shoot('hover-keyword');
    await page.keyboard.press('Escape');
    await page.locator('[id="status.languageStatus"]').hover();
    await shoot('status');
    await page.keyboard.press('Control+Shift+M');
    await shoot('problems');
    await page.keyboard.press('Control+Shift+M');

    await open('trainer/Dockerfile', 3, 80);
    await page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning').first().waitFor({ state: 'attached' });
    await shoot('hints', { crop: [EDITOR] });
    await page.keyboard.type('=');
    await suggest();
    await shoot('completion-pin', { crop: [EDITOR] });
    await page.keyboard.press('Escape');
    await goTo(6, 18);
    await page.keyboard.press('Shift+End');
    await page.keyboard.type('12.4');
    await suggest();
    await shoot('completion-tag', { crop: [EDITOR] });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Z');
    await page.keyboard.press('Control+Z');
    await goTo(4, 58);
    await page.keyboard.type('90;');
    await goTo(4, 58);
    await suggest();
    await shoot('completion-arch');
    await page.keyboard.press('Escape');
    await hover();
    await shoot('hover-arch');
    await page.keyboard.press('Escape');
    await command('File: Revert File');
  },
};
