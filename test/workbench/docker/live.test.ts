// The views over an engine that lives: what one sees in the window.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { commands } from 'vscode';
import { ownerLabels } from '../../../src/docker/owner';
import { eventually } from '../workbench';
import { control, createMany, docker } from './engine';
import { hover, press, read, ROWS, screenshot } from './page';
import { rowsWhen } from './screen';

const has = (text: string) => (rows: readonly string[]) => rows.some((row) => row.includes(text));
const hasNot = (text: string) => (rows: readonly string[]) => rows.every((row) => !row.includes(text));

describe('the views over a living engine', () => {
  before(async () => {
    await commands.executeCommand('tensorrt.containers.focus');
    await commands.executeCommand('tensorrt.showAllContainers');
  });
  after(async () => {
    await docker('rm', '-f', 'live', 'hostile').catch(() => undefined);
    await commands.executeCommand('workbench.view.explorer');
  });

  it('show what the docker command does as it happens', async () => {
    await docker('rm', '-f', 'live', 'renamed').catch(() => undefined);
    await docker('run', '-d', '--name', 'live', '--stop-signal', 'KILL', '--gpus', 'all', 'busybox', 'sleep', '1000');
    await rowsWhen('the container', has('live'));
    await docker('rename', 'live', 'renamed');
    await rowsWhen('its new name', (rows) => has('renamed')(rows) && hasNot('live')(rows));
    await docker('rename', 'renamed', 'live');
    await rowsWhen('the old name', has('live'));
  });

  it('say that the engine is gone when it crashes, and come back with it by themselves', async () => {
    await rowsWhen('the container', has('live'));
    await control('kill');
    await rowsWhen('the rows to go', hasNot('live'));
    await screenshot('engine-down');
    await control('start');
    await rowsWhen('the container again', has('live'));
    await docker('start', 'live');
    await screenshot('engine-back');
  });

  it('take away what an editor that crashed has left, as soon as they reach the engine', async () => {
    const dead = spawnSync(process.execPath, ['-e', ''], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } }).pid;
    const labels = { ...ownerLabels('of-a-crash'), 'tensorrt-containers.pid': String(dead) };
    const left = (): Promise<string> => docker('ps', '-aq', '--filter', 'label=tensorrt-containers.run=of-a-crash');
    await docker('create', ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]), 'busybox');
    assert.notEqual(await left(), '');
    await control('restart');
    await eventually('it to go', async () => ((await left().catch(() => 'no engine yet')) === '' ? true : undefined));
  });

  it('show hostile names and labels as what they are', async () => {
    const link = '[x](command:workbench.action.quit) <img src=x onerror=alert(1)>';
    const labels = { 'com.docker.compose.project': link, 'com.docker.compose.service': '\u001b[31mred\u202egpj.exe', note: link };
    const args = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
    await docker('rm', '-f', 'hostile').catch(() => undefined);
    await docker('run', '-d', '--name', 'hostile', '--stop-signal', 'KILL', '--gpus', 'all', '-e', `CUDA_VERSION=${link}`, ...args, 'busybox', 'sleep', '1000');
    const rows = await rowsWhen('the container', has('hostile'));
    assert.doesNotMatch(rows.join(''), /[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/);
    // A row that is drawn anew while the pointer rests on it loses its tooltip: the pointer comes again.
    const tooltip = await eventually('the tooltip', async () => {
      await hover('.sidebar .pane-header');
      await hover(`${ROWS} .label-name`, 'hostile');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return (await read('.monaco-hover')).find((text) => text.includes('Image: busybox'));
    });
    await screenshot('hostile');
    assert.deepEqual(await read('.monaco-hover a[data-href^="command:"], .monaco-hover img, .sidebar .monaco-list-row img'), []);
    assert.doesNotMatch(tooltip, /[\u0000-\u0009\u000b-\u001f\u202a-\u202e\u2066-\u2069]/);
  });

  it('stay quick over a thousand containers: the first are there at once, and scrolling shows the last', async function () {
    this.timeout(180_000);
    await docker('container', 'prune', '--force');
    await createMany(1_000);
    await rowsWhen('containers', has('synthetic-'));
    const total = async (): Promise<number> => Number((await read(ROWS, 'aria-setsize')).map(Number).sort((a, b) => b - a)[0] ?? 0);
    await eventually('all of them', async () => ((await total()) >= 1_000 ? true : undefined));
    await screenshot('many');
    await commands.executeCommand('tensorrt.containers.focus');
    const count = await total();
    // A key that comes while the rows are drawn anew is lost: it is pressed again, as a person would do.
    await eventually('the last one', async () => {
      await press('End');
      return (await read(ROWS, 'aria-posinset')).includes(String(count)) ? true : undefined;
    });
    await screenshot('many-end');
    // Opened, a row has its facts below it.
    await eventually('the facts of one', async () => {
      await press('Home');
      await press('ArrowRight');
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await read(`${ROWS}[aria-level="2"]`)).length > 0 ? true : undefined;
    });
    await docker('container', 'prune', '--force');
    await rowsWhen('only the others', hasNot('synthetic-'));
  });
});
