// The actions of the Containers view, on a real engine.
import assert from 'node:assert/strict';
import { readlinkSync } from 'node:fs';
import { commands, ConfigurationTarget, env, window, workspace } from 'vscode';
import { closeEditors, eventually } from '../workbench';
import { docker, setGpuProcesses } from './engine';
import { containerNode } from './nodes';
import { click, press, ROWS, screenshot, takeOpened, turnTo } from './page';
import { answerDialog, answerInput, askOn, chooseInMenu, notification, rowsWhen, runByTitle, shownWhen } from './screen';

const row = (rows: readonly string[], name: string): string => rows.find((text) => text.includes(name)) ?? '';
const stateOf = (name: string): Promise<string> => docker('inspect', '-f', '{{.State.Status}}', name);
/** Runs a container; one of that name, which an earlier try of a test left, goes first. */
async function run(name: string, ...args: readonly string[]): Promise<void> {
  await docker('rm', '-f', name).catch(() => undefined);
  await docker('run', '-d', '--name', name, '--stop-signal', 'KILL', ...args);
}

describe('the containers', () => {
  before(async () => {
    // An image that says what nvidia/cuda says of itself.
    const id = await docker('create', 'busybox');
    await docker('commit', '-c', 'ENV CUDA_VERSION=12.4.1', '-c', 'ENV NV_CUDNN_VERSION=9.1.0.70', '-c', 'ENV NVIDIA_REQUIRE_CUDA=cuda>=12.4', '-c', 'CMD ["sleep","1000"]', id, 'cuda-app:1');
    await docker('rm', id);
    await run('with-all', '--gpus', 'all', '-p', '127.0.0.1::80', 'cuda-app:1');
    await run('with-one', '--gpus', '"device=1"', 'cuda-app:1');
    await run('by-runtime', '--runtime', 'nvidia', '-e', 'NVIDIA_VISIBLE_DEVICES=0', 'cuda-app:1');
    await run('of-compose', '--gpus', 'all', '--label', 'com.docker.compose.project=p', '--label', 'com.docker.compose.service=s', 'cuda-app:1');
    await run('forgotten', 'cuda-app:1');
    await run('plain', 'busybox', 'sleep', '1000');
    // Text on a canvas could not be read.
    await workspace.getConfiguration('terminal.integrated').update('gpuAcceleration', 'off', ConfigurationTarget.Global);
    await commands.executeCommand('tensorrt.containers.focus');
  });

  after(async () => {
    await docker('rm', '-f', 'with-all', 'with-one', 'by-runtime', 'of-compose', 'forgotten', 'plain');
    await docker('rmi', '-f', 'cuda-app:1', 'committed:by-test');
    await closeEditors();
  });

  it('show how each gets its GPU, and what its image holds', async () => {
    const rows = await rowsWhen('all with their facts', (texts) => ['with-all', 'with-one', 'by-runtime', 'of-compose', 'forgotten'].every((name) => row(texts, name).includes('CUDA 12.4.1')) && row(texts, 'plain') !== '');
    assert.match(row(rows, 'with-all'), /All GPUs, by --gpus.*cuDNN 9\.1\.0\.70/);
    assert.match(row(rows, 'with-one'), /GPU 1, by --gpus/);
    assert.match(row(rows, 'by-runtime'), /GPU 0, by --runtime=nvidia/);
    assert.match(row(rows, 'of-compose'), /All GPUs, by Compose/);
    assert.match(row(rows, 'forgotten'), /no GPU, though its image is made for one/);
    assert.doesNotMatch(row(rows, 'plain'), /GPU|CUDA/);
    await screenshot('containers');
  });

  it('show the GPU memory of their processes, and the load of the GPUs', async () => {
    const [, process = ''] = (await docker('top', 'with-all', '-eo', 'pid')).split('\n');
    await setGpuProcesses([{ gpu: 0, pid: Number(process), name: 'sleep', usedMiB: 1500 }]);
    try {
      // Where this is a container itself, processes have other numbers than the engine tells: each one is asked for its GPUs.
      const isContainer = readlinkSync('/proc/self/ns/pid') !== `pid:[${0xeffffffc}]`;
      await rowsWhen('both', (rows) => (isContainer ? /load \d+ %/ : /1\.6 GB · load \d+ %/).test(row(rows, 'with-all')));
      if (!isContainer) assert.doesNotMatch(row(await rowsWhen('the other', () => true), 'with-one'), /load/);
    } finally {
      await setGpuProcesses([]);
    }
  });

  it('can be narrowed to those that have to do with a GPU', async () => {
    await commands.executeCommand('tensorrt.showGpuContainersOnly');
    await rowsWhen('plain to go', (rows) => row(rows, 'plain') === '' && row(rows, 'forgotten') !== '');
    await commands.executeCommand('tensorrt.showAllContainers');
    await rowsWhen('plain again', (rows) => row(rows, 'plain') !== '');
  });

  it('stop, start and restart', async () => {
    await commands.executeCommand('tensorrt.stopContainer', await containerNode('plain'));
    assert.equal(await stateOf('plain'), 'exited');
    await rowsWhen('its state', (rows) => row(rows, 'plain').includes('stopped'));
    await commands.executeCommand('tensorrt.startContainer', await containerNode('plain'));
    assert.equal(await stateOf('plain'), 'running');
    const started = await docker('inspect', '-f', '{{.State.StartedAt}}', 'plain');
    await commands.executeCommand('tensorrt.restartContainer', await containerNode('plain'));
    assert.notEqual(await docker('inspect', '-f', '{{.State.StartedAt}}', 'plain'), started);
  });

  it('are several at once where several are selected', async () => {
    const nodes = [await containerNode('with-one'), await containerNode('forgotten')];
    await commands.executeCommand('tensorrt.stopContainer', nodes[0], nodes);
    assert.deepEqual([await stateOf('with-one'), await stateOf('forgotten')], ['exited', 'exited']);
  });

  it('are inspected in a document that nobody can change', async () => {
    await commands.executeCommand('tensorrt.inspectContainer', await containerNode('with-all'));
    const document = window.activeTextEditor?.document;
    assert.equal(document?.languageId, 'json');
    assert.equal((JSON.parse(document.getText()) as { Name?: string }).Name, '/with-all');
  });

  it('give their id', async () => {
    const { container, ...node } = await containerNode('with-all');
    await commands.executeCommand('tensorrt.copyContainerId', { ...node, container });
    assert.equal(await env.clipboard.readText(), container.id);
  });

  it('show their logs, whose control sequences do nothing', async () => {
    await run('talker', 'busybox', 'sh', '-c', 'printf "\\033]0;pwned\\007\\033[2J\\033[31mred\\033[0m line\\n"; sleep 2; echo tick; sleep 1000');
    try {
      await commands.executeCommand('tensorrt.showContainerLogs', await containerNode('talker'));
      const terminal = await eventually('the terminal', () => window.terminals.find(({ name }) => name === 'Logs of talker'));
      await shownWhen('.xterm-rows', 'the log', (texts) => texts.some((text) => text.includes('red line') && text.includes('tick')));
      assert.equal(terminal.name, 'Logs of talker');
      await screenshot('logs');
      await docker('kill', 'talker');
      await shownWhen('.xterm-rows', 'its end', (texts) => texts.some((text) => text.includes('The container has stopped.')));
      terminal.dispose();
    } finally {
      await docker('rm', '-f', 'talker');
    }
  });

  it('open a shell', async () => {
    await commands.executeCommand('tensorrt.openContainerShell', await containerNode('plain'));
    await eventually('a shell in the container', async () => ((await docker('top', 'plain')).includes('sh') ? true : undefined));
    await shownWhen('.xterm-rows', 'its prompt', (texts) => texts.some((text) => text.includes('/ #')));
    for (const terminal of window.terminals) terminal.dispose();
    await eventually('the shell to end', async () => (/\bsh\b/.test(await docker('top', 'plain')) ? undefined : true));
  });

  it('open a port of theirs in a browser, from its row and from their menu', async () => {
    const port = String(20_000 + Math.floor(Math.random() * 10_000));
    // Docker lists it twice, once for IPv6; a port of UDP is no page.
    await run('server', '-p', `${port}:80`, '-p', '127.0.0.1::81/udp', 'busybox', 'sh', '-c', 'mkdir /www; echo served from $HOSTNAME >/www/index.html; exec httpd -f -h /www');
    const served = `served from ${(await docker('inspect', '-f', '{{.Id}}', 'server')).slice(0, 12)}`;
    const opened = async (): Promise<void> => {
      const pages = await eventually('the page', async () => ((pages) => (pages.length > 0 ? pages : undefined))(await takeOpened()));
      // The address is the machine's own, or, in a browser, the one under which code-server serves it.
      assert.deepEqual(pages.map(({ url, text }) => [url.replace(/^http:\/\/127\.0\.0\.1:\d+\/proxy\/(\d+)\/$/, 'http://localhost:$1/'), text.trim()]), [[`http://localhost:${port}/`, served]]);
    };
    try {
      await rowsWhen('it', (rows) => row(rows, 'server') !== '');
      await chooseInMenu('server', 'Open Port in Browser');
      await opened();
      await click(ROWS, { text: 'server' });
      await press('ArrowRight');
      const rows = await rowsWhen('its port', (texts) => texts.some((text) => text.includes(`${port} → 80/tcp`)));
      assert.equal(rows.filter((text) => text.includes(`${port} → 80/tcp`)).length, 1);
      await chooseInMenu(`${port} → 80/tcp`, 'Open Port in Browser');
      await opened();
    } finally {
      await docker('rm', '-f', 'server');
    }
  });

  it('say when there is no port to open', async () => {
    await commands.executeCommand('tensorrt.openContainerPort', await containerNode('plain'));
    await notification(/plain publishes no port/);
    const node = await containerNode('plain');
    const elsewhere = { ...node, address: { ...node.address, url: 'tcp://gpu-box:2376' } };
    const port = { containerPort: 80, protocol: 'tcp', hostPort: 8080, hostAddress: '127.0.0.1' };
    await commands.executeCommand('tensorrt.openContainerPort', { ...elsewhere, container: { ...node.container, ports: [port] } });
    await notification(/Port 8080 is open to the machine gpu-box alone/);
  });

  it('have their image smoke-tested', async () => {
    void commands.executeCommand('tensorrt.smokeTestContainer', await containerNode('with-all'));
    await shownWhen('.quick-input-list .monaco-list-row', 'what can be tested', (texts) => texts.some((text) => text.includes('Static and CPU')));
    await press('Escape');
  });

  it('become images', async () => {
    await docker('exec', 'plain', 'touch', '/made-here');
    const done = commands.executeCommand('tensorrt.commitContainer', await containerNode('plain'));
    await answerInput(/Name of the new image/, 'committed:by-test');
    await done;
    assert.match(await docker('run', '--rm', 'committed:by-test', 'ls', '/'), /made-here/);
  });

  it('tell why something failed', async () => {
    const node = await containerNode('plain');
    await commands.executeCommand('tensorrt.startContainer', { ...node, container: { ...node.container, id: 'gone', state: 'exited' } });
    await notification(/Starting plain failed\. Docker says: .*No such container/i);
  });

  describe('in a window of their own', () => {
    before(async () => {
      await turnTo('second');
      await runByTitle('TensorRT: Focus on Containers View');
    });
    after(async () => {
      await turnTo('tests');
      await docker('rm', '-f', 'doomed').catch(() => undefined);
    });

    it('are removed by the Delete key, after a question that names them', async () => {
      await run('doomed', 'busybox', 'sleep', '1000');
      await rowsWhen('it, running', (rows) => row(rows, 'doomed') !== '' && !row(rows, 'doomed').includes('never started'));
      await askOn('doomed', 'Delete');
      await answerDialog(/Remove the container doomed\?.*killed first: doomed/s, 'Cancel');
      assert.equal(await stateOf('doomed'), 'running');
      await askOn('doomed', 'Delete');
      await answerDialog(/doomed/, 'Remove');
      await rowsWhen('it to go', (rows) => row(rows, 'doomed') === '');
      await assert.rejects(stateOf('doomed'));
    });
  });
});
