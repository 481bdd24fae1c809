// What one sees in the editor of a Dockerfile.
/** A column behind the end of any line. */
const END = 500;
const EDITOR = '.editor-group-container.active';
/** What a person writes anew: a build from source for two GPUs. */
const NEW = `# Trains on an RTX 4090 and serves on an L4
FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y libnvinfer-dev
RUN cmake -S /src -B /build -DCMAKE_CUDA_ARCHITECTURES="80;89"

FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04
RUN pip install torch==2.5.1+cu124 --index-url https://download.pytorch.org/whl/cu124
COPY --from=build /build/server /usr/local/bin/server
`;

/** The mistake that most have made. */
const UNPINNED = `FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04
RUN apt-get update && apt-get install -y libnvinfer8
RUN pip install torch==1.13.1
COPY server.py /app/
`;

export default {
  file: 'custom-tensorrt/Dockerfile',
  files: { 'trainer/Dockerfile': NEW, 'server/Dockerfile': UNPINNED },
  settings: { 'workbench.sideBar.location': 'left' },
  // A hover is as high as a quarter of the editor: all of it is to be seen.
  window: { height: 1900 },
  async shoot({ page, command, open, goTo, hover, suggest, shoot }) {
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached', timeout: 60_000 });
    await command('View: Close Primary Side Bar');
    await shoot('file');
    await open('server/Dockerfile', 2, 45);
    await page.locator('.editor-group-container.active .squiggly-error').first().waitFor({ state: 'attached' });
    await hover();
    await shoot('finding', { crop: [EDITOR], height: 545 });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget').first().waitFor();
    await shoot('fixes', { crop: [EDITOR], height: 300 });
    await page.keyboard.press('Escape');
    await open('custom-tensorrt/Dockerfile', 2, 12);
    await hover();
    await shoot('hover-image', { crop: [EDITOR], height: 500 });
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

    await open('trainer/Dockerfile', 3, END);
    await page.locator('.monaco-editor .squiggly-error, .monaco-editor .squiggly-warning').first().waitFor({ state: 'attached' });
    await goTo(5);
    await shoot('hints', { crop: [EDITOR], height: 280 });
    await goTo(3, END);
    await page.keyboard.type('=');
    await suggest();
    await shoot('completion-pin', { crop: [EDITOR], height: 420 });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Backspace');
    // From behind the colon on.
    await goTo(6, 'FROM nvidia/cuda:'.length + 1);
    await page.keyboard.press('Shift+End');
    await page.keyboard.type('12.4');
    await suggest();
    // Asked once more, it tells all of the item.
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-details').first().waitFor();
    await shoot('completion-tag', { rest: 2500, crop: [EDITOR], height: 480 });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Z');
    await page.keyboard.press('Control+Z');
    await goTo(4, END);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.type(';');
    await suggest();
    await shoot('completion-arch');
    await page.keyboard.press('Escape');
    await goTo(4, NEW.split('\n')[3].indexOf('89') + 2);
    await hover();
    await shoot('hover-arch');
    await page.keyboard.press('Escape');
    await command('File: Revert File');
  },
};
