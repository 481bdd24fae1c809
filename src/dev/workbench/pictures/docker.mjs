// The views over an engine with GPU containers, and the pages that they open.
import { docker, fakeCudaImage } from '../../engine/index.mjs';

const SIDE_BAR = '.part.sidebar';
const ROW = `${SIDE_BAR} .monaco-list-row`;

export default {
  engine: true,
  async prepare({ engine }) {
    const devel = await fakeCudaImage(engine, '12.4.1-cudnn-devel-ubuntu22.04');
    const runtime = await fakeCudaImage(engine, '11.8.0-runtime-ubuntu22.04');
    await fakeCudaImage(engine, '13.0.1-runtime-ubuntu24.04');
    docker(engine, 'run', '-d', '--name', 'trainer', '--gpus', 'all', '-p', '8888:8888', devel, 'sleep', '10000');
    docker(engine, 'run', '-d', '--name', 'server', '--gpus', 'device=1', runtime, 'sleep', '10000');
    docker(engine, 'run', '-d', '--name', 'without-gpu', devel, 'sleep', '10000');
    // Something to reclaim: a volume, a container that wrote, and an image of it.
    docker(engine, 'run', '--name', 'conversion', '-v', 'weights:/weights', 'busybox', 'sh', '-c', 'head -c 60000000 /dev/zero > /weights/model.onnx; head -c 25000000 /dev/zero > /model.plan');
    docker(engine, 'commit', 'conversion', 'conversion:old');
    docker(engine, 'create', '--name', 'stopped', '--runtime', 'nvidia', runtime, 'true');
  },
  async shoot({ page, engine, command, choose, widen, shoot }) {
    const row = (text) => page.locator(ROW).filter({ hasText: text }).first();
    await command('View: Show TensorRT');
    await row('trainer').waitFor({ timeout: 60_000 });
    await row('12.4.1-cudnn-devel').waitFor();
    await command('TensorRT: Check Host');
    const host = page.locator(`${SIDE_BAR} .pane`).nth(2).locator('.monaco-list-row');
    await host.nth(1).waitFor({ timeout: 60_000 });
    await host.first().click();
    await page.keyboard.press('ArrowRight');
    // Nothing stays selected, and the view of the stack, which is empty, leaves its room to the others.
    await page.keyboard.press('Escape');
    await page.locator(`${SIDE_BAR} .pane`).nth(3).locator('.pane-header').click({ position: { x: 40, y: 10 } });
    await page.mouse.move(...(await widen(620)));
    await shoot('views', { rest: 3000, crop: [SIDE_BAR] });
    await row('trainer').click();
    await page.keyboard.press('ArrowRight');
    await shoot('container', { rest: 1500 });
    await page.keyboard.press('ArrowLeft');
    await row('without-gpu').hover();
    await page.locator('.workbench-hover-container .monaco-hover').first().waitFor();
    await shoot('container-hover', { rest: 1500 });
    await row('13.0.1-runtime').hover();
    await page.waitForTimeout(1000);
    await shoot('image-hover', { rest: 1500 });
    await row('trainer').click({ button: 'right' });
    await shoot('container-menu');
    await page.keyboard.press('Escape');
    await row('13.0.1-runtime').click({ button: 'right' });
    await shoot('image-menu');
    await page.keyboard.press('Escape');
    await command('TensorRT: Reclaim Disk Space');
    await page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('table').first().waitFor({ timeout: 30_000 });
    await page.frameLocator('iframe.webview.ready').frameLocator('#active-frame').locator('input:not(:disabled)').first().check();
    await shoot('reclaim-narrow');
    await command('View: Close Primary Side Bar');
    await shoot('reclaim', { rest: 1500, crop: ['.part.editor'] });
    await command('View: Close Editor');
    await command('View: Show TensorRT');
    await command('TensorRT: Read Stack inside Image');
    await shoot('scan-pick');
    await choose('12.4.1-cudnn-devel');
    await page.locator('.monaco-editor .view-line').filter({ hasText: /12\.4/ }).first().waitFor({ timeout: 60_000 });
    await shoot('scan', { rest: 1500 });
    await command('View: Close Editor');
    await command('TensorRT: Compare Stacks of Images');
    await choose('12.4.1-cudnn-devel');
    await shoot('compare-pick', { rest: 1500 });
    await choose('11.8.0-runtime');
    await page.locator('.monaco-editor .view-line').filter({ hasText: /11\.8/ }).first().waitFor({ timeout: 60_000 });
    await command('View: Close Primary Side Bar');
    await shoot('compare', { rest: 1500 });
    await command('View: Show TensorRT');
    await command('View: Close Editor');
    await command('TensorRT: Explain Error');
    await shoot('explain-error', { rest: 1500 });
    await page.keyboard.press('Escape');
    await command('View: Close All Editors');
    await engine.kill();
    await command('TensorRT: Refresh Containers and Images');
    await shoot('engine-down', { rest: 3000 });
  },
};
