// The stack: view, graph, page; rule pages; the change to another CUDA.
const TWO_STAGES = `FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS build
RUN apt-get update && apt-get install -y --no-install-recommends \\
    python3-pip tensorrt-dev=10.3.0.26-1+cuda12.5
RUN pip install torch==2.5.1+cu124 --index-url https://download.pytorch.org/whl/cu124
RUN cmake -S /src -B /build -DCMAKE_CUDA_ARCHITECTURES="80;89"

FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04 AS serve
RUN apt-get update && apt-get install -y libnvinfer10
COPY --from=build /build/server /usr/local/bin/server
`;
/** Eight stages, as projects with several variants have. */
const EIGHT_STAGES = `FROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS base
RUN apt-get update && apt-get install -y python3-pip
FROM base AS onnx
RUN make onnx
FROM base AS kernels
RUN make kernels
FROM base AS wheels
RUN pip wheel torch==2.5.1
FROM nvcr.io/nvidia/tensorrt:24.08-py3 AS engine
COPY --from=onnx /models /models
FROM nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04 AS runtime
COPY --from=kernels /lib /opt/lib
COPY --from=wheels /wheels /wheels
FROM runtime AS test
COPY --from=engine /models /models
FROM runtime
COPY --from=engine /models /models
COPY --from=onnx /models/labels.txt /models/
`;
const COMPOSE = `services:
  api:
    image: nvidia/cuda:12.4.1-runtime-ubuntu22.04
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: 1
              capabilities: [gpu]
`;

export default {
  file: 'service/Dockerfile',
  files: { 'service/Dockerfile': TWO_STAGES, 'variants/Dockerfile': EIGHT_STAGES, 'service/compose.yaml': COMPOSE },
  window: { width: 1400 },
  async shoot({ page, command, documents, open, goTo, widen, shoot }) {
    await page.locator('.monaco-editor :is(.squiggly-error, .squiggly-warning)').first().waitFor({ state: 'attached', timeout: 60_000 });
    await command('View: Show TensorRT');
    const stack = page.locator('.pane').filter({ has: page.locator('.pane-header[aria-label*="Stack"], .pane-header[aria-label*="软件栈"]') });
    await stack.locator('.monaco-list-row').filter({ hasText: 'CUDA' }).first().waitFor();
    // Without Docker the other views have little to say.
    for (const name of ['Containers', 'Images', '容器', '镜像']) {
      const header = page.locator(`.pane-header.expanded[aria-label^="${name}"]`);
      if (await header.count()) await header.click({ position: { x: 40, y: 10 } });
    }
    await goTo(8, 45);
    if (documents) await page.mouse.move(...(await widen(380)));
    await shoot('stack-view', { rest: 2000 });
    await command('TensorRT: Show Stages as Graph');
    await page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('button').first().waitFor();
    await shoot('stack', { rest: 1500, crop: ['.part.sidebar', '.part.editor'] });
    await page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('button').first().focus();
    await page.keyboard.press('Tab');
    await shoot('graph-focus');
    await command('View: Close Primary Side Bar');
    await command('View: Close All Editors');
    await open('variants/Dockerfile', 1, 1);
    await command('TensorRT: Show Stages as Graph');
    await page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('button').nth(7).waitFor();
    await shoot('graph-eight', { rest: 1500 });
    await page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('button').nth(5).focus();
    await shoot('graph-eight-below', { rest: 1000 });
    await command('View: Close All Editors');
    await open('service/Dockerfile', 8, 45);
    await command('TensorRT: Show Stack of Dockerfile');
    await shoot('stack-page', { rest: 2000 });
    await command('View: Close All Editors');
    await open('service/Dockerfile', 8, 45);
    await command('TensorRT: Explain Rule');
    await page.locator('iframe.webview.ready').first().waitFor();
    await shoot('rule-page', { rest: 4000, crop: ['.part.editor'] });
    await command('View: Close All Editors');
    await open('service/Dockerfile', 1, 1);
    await command('TensorRT: Change CUDA Version');
    await page.locator('.quick-input-list .monaco-list-row').filter({ hasText: '12.6' }).first().waitFor();
    await shoot('change-cuda-pick');
    await page.keyboard.type('12.6');
    await page.keyboard.press('Enter');
    // Where other files have the same CUDA they are offered first.
    const changes = page.locator('.multiDiffEntry .view-lines').first();
    const files = page.locator('.quick-input-widget .quick-input-list input[type="checkbox"], .quick-input-widget .quick-input-list .monaco-checkbox').first();
    await changes.or(files).first().waitFor();
    if (await files.isVisible()) {
      await shoot('change-cuda-files');
      await page.keyboard.press('Enter');
    }
    await changes.waitFor();
    await shoot('change-cuda', { rest: 2500, crop: ['.part.editor', '.quick-input-widget'] });
    await page.keyboard.press('Escape');
  },
};
