// A build that fails, and smoke tests in the tests view.
import { docker } from '../../engine/index.mjs';

const FAILING = `FROM busybox AS build
WORKDIR /src
RUN echo "-- Building for RTX 4090" && \\
    nvcc --version
`;
const SMOKE = `image: server:1
checks:
  - name: says hello
    run: [busybox, echo, hello]
    output: hello
  - name: has the weights
    run: [busybox, ls, /models]
    output: resnet50
  - name: sees a GPU
    run: [nvidia-smi, -L]
    profile: gpu
    output: GeForce
`;
const TASKS = { version: '2.0.0', tasks: [{ label: 'build', type: 'tensorrt-build', dockerfile: 'trainer/Dockerfile', context: 'trainer', network: 'none' }] };

export default {
  engine: true,
  // Little stands between the line and the terminal.
  window: { height: 560 },
  file: 'trainer/Dockerfile',
  files: { 'trainer/Dockerfile': FAILING, 'server.smoke.yaml': SMOKE, '.vscode/tasks.json': JSON.stringify(TASKS) },
  settings: { 'terminal.integrated.gpuAcceleration': 'off', 'testing.automaticallyOpenTestResults': 'neverOpen', 'editor.hover.above': false },
  prepare({ engine }) {
    const id = docker(engine, 'create', 'busybox').trim();
    docker(engine, 'commit', id, 'server:1');
    docker(engine, 'rm', id);
  },
  async shoot({ page, command, choose, goTo, open, hover, shoot }) {
    await command('View: Close Primary Side Bar');
    await command('TensorRT: Build Image');
    await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
    await shoot('build-options', { rest: 1500 });
    await page.keyboard.press('Escape');
    await command('Tasks: Run Task');
    await choose('build');
    await page.locator('.monaco-editor .squiggly-error').first().waitFor({ state: 'attached', timeout: 60_000 });
    await goTo(4, 7);
    await hover();
    await shoot('build-failure', { rest: 1500, crop: ['.editor-group-container.active', '.part.panel'] });
    await page.keyboard.press('Escape');
    await command('View: Toggle Panel Visibility');
    await command('Notifications: Clear All Notifications');
    await open('server.smoke.yaml', 1, 1);
    await command('View: Show Testing');
    const rows = page.locator('.test-explorer .monaco-list-row');
    await rows.first().waitFor();
    await command('Test: Refresh Tests');
    for (const name of [/Smoke Files|冒烟测试文件/, 'server.smoke.yaml']) {
      await rows.filter({ hasText: name }).first().click();
      await page.keyboard.press('ArrowRight');
      await page.waitForTimeout(1000);
    }
    await goTo(3);
    await command('Test: Run Tests in Current File');
    await page.locator('.test-explorer .monaco-list-row .codicon-testing-failed-icon').first().waitFor({ timeout: 90_000 });
    await command('View: Show Testing');
    await shoot('smoke', { rest: 3000, crop: ['.part.sidebar', '.part.editor'] });
    await page.locator('.test-explorer .monaco-list-row').filter({ hasText: 'has the weights' }).first().click();
    await command('Test: Peek Output');
    await shoot('smoke-peek', { rest: 2500 });
    await page.keyboard.press('Escape');
    await command('TensorRT: Show Smoke Test History');
    await shoot('smoke-history', { rest: 2500 });
  },
};
