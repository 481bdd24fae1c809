// Refactorings: what they show before anything is written.
const QUESTION = '.quick-input-widget';
const BUILT = `FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
# what the server needs
RUN apt-get update && apt-get install -y --no-install-recommends \\
    build-essential cmake libopencv-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN cmake -B build -DCMAKE_INSTALL_PREFIX=/opt/server . && cmake --build build --target install
RUN ./fetch-models.sh
EXPOSE 8080
CMD ["/opt/server/bin/server"]
`;

export default {
  file: 'server/Dockerfile',
  files: { 'server/Dockerfile': BUILT },
  async shoot({ page, command, open, shoot }) {
    await command('View: Close Primary Side Bar');
    await open('server/Dockerfile', 1, 10);
    // The server has answered.
    await page.locator('.codelens-decoration').first().waitFor({ timeout: 60_000 });
    await page.keyboard.press('Control+.');
    await page.locator('.action-widget').first().waitFor();
    await shoot('actions');
    await page.keyboard.press('Escape');
    await command('TensorRT: Split into Build and Runtime Stage');
    await page.locator(QUESTION).getByText('server/Dockerfile').waitFor();
    await page.locator('.multiDiffEntry, .multi-diff-editor, .monaco-diff-editor').first().waitFor();
    await shoot('split', { rest: 2500 });
    await page.keyboard.press('Enter');
    await shoot('split-written', { rest: 1500 });
  },
};
