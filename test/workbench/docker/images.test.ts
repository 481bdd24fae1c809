// The actions of the Images view, on a real engine with a real registry.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { commands, env, tasks, window } from 'vscode';
import { closeEditors, eventually } from '../workbench';
import { docker, registryHost } from './engine';
import { imageNode } from './nodes';
import { click, read, ROWS, screenshot, turnTo } from './page';
import { answerDialog, answerInput, askOn, choose, chooseInMenu, notification, rowsWhen, runByTitle, shownWhen } from './screen';

const row = (rows: readonly string[], name: string): string => rows.find((text) => text.includes(name)) ?? '';
const activeText = (): string => window.activeTextEditor?.document.getText() ?? '';
const tags = async (): Promise<readonly string[]> => (await docker('images', '--format', '{{.Repository}}:{{.Tag}}')).split('\n');

/** Makes an image of busybox with other settings. */
async function makeImage(tag: string, ...changes: readonly string[]): Promise<void> {
  const id = await docker('create', 'busybox');
  await docker('commit', ...changes.flatMap((change) => ['-c', change]), id, tag);
  await docker('rm', id);
}

/** A port of this machine that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

describe('the images', () => {
  before(async () => {
    await makeImage('gpu/app:new', 'ENV CUDA_VERSION=12.4.1', 'ENV TRT_VERSION=10.3.0.26', 'CMD ["sh"]');
    await makeImage('gpu/app:old', 'ENV CUDA_VERSION=11.8.0', 'CMD ["sh"]');
    await commands.executeCommand('tensorrt.images.focus');
    // Room for the rows: what is not on the screen cannot be read.
    await click('.pane-header', { text: 'Containers' });
  });

  after(async () => {
    const made = (await tags()).filter((tag) => /^gpu\/|^other\/|^127\.0\.0\.1/.test(tag));
    await docker('rmi', '-f', ...made);
    await click('.pane-header', { text: 'Containers' });
    await closeEditors();
  });

  it('are those with a GPU stack, by repository, and all on demand', async () => {
    const rows = await rowsWhen('both', (texts) => row(texts, 'gpu/app') !== '' && row(texts, 'new').includes('TensorRT 10.3.0.26') && row(texts, 'old').includes('CUDA 11.8.0'));
    assert.match(row(rows, 'gpu/app'), /2 images/);
    assert.equal(row(rows, 'busybox'), '');
    await screenshot('images');
    await commands.executeCommand('tensorrt.showAllImages');
    await rowsWhen('busybox', (texts) => row(texts, 'busybox') !== '');
    await commands.executeCommand('tensorrt.showGpuImagesOnly');
    await rowsWhen('busybox to go', (texts) => row(texts, 'busybox') === '');
  });

  it('say whether they run on this host', async () => {
    await makeImage('gpu/too-new:1', 'ENV CUDA_VERSION=13.0.1', 'CMD ["sh"]');
    await rowsWhen('the image', (rows) => row(rows, 'gpu/too-new') !== '');
    // In the row itself, and not only as an icon.
    await rowsWhen('the verdict in its row', (rows) => /^1CUDA 13\.0\.1 · Does not run on this host · /.test(row(rows, 'CUDA 13.0.1').trim()));
    await click(`${ROWS}:has-text("CUDA 13.0.1") .monaco-tl-twistie`);
    await rowsWhen('the verdict', (rows) => /Does not run on this host.*550\.54\.15/.test(rows.join('')));
    await screenshot('verdict');
  });

  it('tell what they share with others, once they are opened', async () => {
    await rowsWhen('its size', (rows) => rows.some((text) => /MB, of which .*MB shared/.test(text)));
  });

  it('are inspected, and show their history', async () => {
    await commands.executeCommand('tensorrt.inspectImage', await imageNode('gpu/app:new'));
    assert.deepEqual((JSON.parse(activeText()) as { readonly RepoTags?: unknown }).RepoTags, ['gpu/app:new']);
    await commands.executeCommand('tensorrt.showImageHistory', await imageNode('gpu/app:new'));
    assert.match(activeText(), /^Size +Created +By\n/);
  });

  it('give their id', async () => {
    const node = await imageNode('gpu/app:new');
    await commands.executeCommand('tensorrt.copyImageId', node);
    assert.equal(await env.clipboard.readText(), node.image.id);
  });

  it('are read from inside, and leave no container behind', async () => {
    const before = await docker('ps', '-aq');
    await commands.executeCommand('tensorrt.scanImage', await imageNode('gpu/app:new'));
    assert.match(activeText(), /CUDA 12\.4\.1/);
    assert.match(activeText(), /never started/);
    assert.equal(await docker('ps', '-aq'), before);
  });

  it('that say nothing of themselves are known by what lies inside, from then on', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'trtc-inside-'));
    const id = await docker('create', 'busybox');
    try {
      await mkdir(path.join(folder, 'var/lib/dpkg'), { recursive: true });
      await writeFile(path.join(folder, 'var/lib/dpkg/status'), 'Package: libnvinfer10\nStatus: install ok installed\nArchitecture: amd64\nVersion: 10.3.0.26-1+cuda12.5\n\n');
      await docker('cp', `${folder}/.`, `${id}:/`);
      await docker('commit', id, 'gpu/silent:1');
    } finally {
      await rm(folder, { recursive: true });
      await docker('rm', id);
    }
    await commands.executeCommand('tensorrt.showAllImages');
    await rowsWhen('the image, of which nothing is known', (rows) => row(rows, 'gpu/silent') !== '');
    await commands.executeCommand('tensorrt.showGpuImagesOnly');
    await rowsWhen('it to go', (rows) => row(rows, 'gpu/silent') === '');
    await commands.executeCommand('tensorrt.scanImage', await imageNode('gpu/silent:1'));
    await rowsWhen('it with its version', (rows) => row(rows, 'gpu/silent') !== '' && rows.some((text) => text.includes('TensorRT 10.3.0.26')));
    await screenshot('inside');
  });

  it('are found by what a row of Container Tools has', async () => {
    const { image } = await imageNode('gpu/app:old');
    await commands.executeCommand('tensorrt.inspectImage', { fullTag: 'gpu/app:new', imageId: 'sha256:gone' });
    assert.match(activeText(), /gpu\/app:new/);
    await commands.executeCommand('tensorrt.inspectImage', { fullTag: '<none>:<none>', imageId: image.id });
    assert.match(activeText(), /gpu\/app:old/);
    await commands.executeCommand('tensorrt.inspectImage', { fullTag: 'gpu/elsewhere:1', imageId: 'sha256:gone' });
    await notification(/not on this Docker host/);
  });

  it('are compared', async () => {
    const nodes = [await imageNode('gpu/app:new'), await imageNode('gpu/app:old')];
    await commands.executeCommand('tensorrt.compareImages', nodes[0], nodes);
    assert.match(activeText(), /CUDA +12\.4\.1 +11\.8\.0 +different/);
  });

  it('are the start of a Dockerfile', async () => {
    await commands.executeCommand('tensorrt.buildFromImage', await imageNode('gpu/app:new'));
    assert.equal(window.activeTextEditor?.document.languageId, 'dockerfile');
    assert.equal(activeText(), 'FROM gpu/app:new\n');
    await closeEditors();
  });

  it('run in a terminal, with the GPUs', async () => {
    const ended = new Promise<number | undefined>((resolve) => {
      const subscription = tasks.onDidEndTaskProcess(({ exitCode, execution }) => {
        if (!execution.task.name.includes('gpu/app:new')) return;
        subscription.dispose();
        resolve(exitCode);
      });
    });
    void commands.executeCommand('tensorrt.runImage', await imageNode('gpu/app:new'));
    await choose('With all GPUs');
    const id = await eventually('the container', async () => (await docker('ps', '-q', '--filter', 'ancestor=gpu/app:new')) || undefined);
    assert.equal(await docker('exec', id, 'nvidia-smi', '-L').then((text) => text.startsWith('GPU 0')), true);
    await docker('kill', id);
    assert.equal(await ended, 137);
    for (const terminal of window.terminals) terminal.dispose();
  });

  it('get other names', async () => {
    const done = commands.executeCommand('tensorrt.tagImage', await imageNode('gpu/app:new'));
    await answerInput(/Another name/, 'Not A Name');
    await answerInput(/no image name/, 'other/name:1');
    await done;
    assert.ok((await tags()).includes('other/name:1'));
  });

  it('are pushed to a registry and pulled from it', async () => {
    const name = `${registryHost()}/pushed/app:1`;
    await docker('tag', 'gpu/app:old', name);
    const pushed = commands.executeCommand('tensorrt.pushImage', await imageNode(name));
    await choose(name);
    await pushed;
    await notification(/was pushed/);
    await docker('rmi', name);
    const pulled = commands.executeCommand('tensorrt.pullImage');
    await answerInput(/Name of the image/, name);
    await pulled;
    await notification(/was pulled/);
    assert.ok((await tags()).includes(name));
  });

  it('tell why a pull failed', async () => {
    void commands.executeCommand('tensorrt.pullImage');
    await answerInput(/Name of the image/, `${registryHost()}/pushed/app:none`);
    await notification(/failed\. Docker says: .*manifest unknown|not found/i);
  });

  it('get a registry of their own, which is started', async () => {
    // As much of a registry as its start asks for: it answers that it speaks the protocol.
    const id = await docker('create', 'busybox');
    await docker('commit', '-c', 'CMD ["sh", "-c", "mkdir -p /www/v2 && echo {} > /www/v2/index.html && exec httpd -f -p 5000 -h /www"]', id, 'other/registry:1');
    await docker('rm', id);
    const port = await freePort();
    try {
      void commands.executeCommand('tensorrt.startRegistry');
      await answerInput(/Image of the registry/, 'other/registry:1');
      await answerInput(/Port on the loopback address/, String(port));
      await choose('In a Docker volume');
      await notification(new RegExp(`The registry runs: push to .*:${port}`));
      assert.equal(await docker('inspect', '-f', '{{.State.Status}}', `trtc-registry-${port}`), 'running');
    } finally {
      await docker('rm', '-f', '-v', `trtc-registry-${port}`).catch(() => undefined);
      await docker('volume', 'rm', `trtc-registry-${port}`).catch(() => undefined);
    }
  });

  it('are found in the registry', async () => {
    void commands.executeCommand('tensorrt.browseRegistry');
    await answerInput(/Host and port/, registryHost());
    await choose('pushed/app');
    await choose('1');
    await choose('Copy the Name');
    await eventually('the name', async () => ((await env.clipboard.readText()) === `${registryHost()}/pushed/app:1` ? true : undefined));
  });

  describe('in a window of their own', () => {
    before(async () => {
      await turnTo('second');
      await runByTitle('TensorRT: Focus on Images View');
    });
    after(async () => {
      // A page takes the keyboard when its window comes to the front again, and a list that is open by then would close.
      await runByTitle('View: Close All Editors');
      await turnTo('tests');
    });

    it('show their history, from their menu', async () => {
      await rowsWhen('it', (rows) => row(rows, 'oldCUDA 11.8.0') !== '');
      await chooseInMenu('oldCUDA 11.8.0', 'Show Image History');
      await shownWhen('.monaco-editor .view-line', 'the steps', (lines) => lines.some((line) => /^Size\s+Created\s+By/.test(line)));
    });

    it('are removed after a question', async () => {
      await docker('tag', 'gpu/app:old', 'gpu/doomed:gone');
      await rowsWhen('it', (rows) => row(rows, 'gpu/doomed') !== '');
      await askOn('goneCUDA 11.8.0', 'Delete');
      await answerDialog(/Remove the image .*Only this name goes/s, 'Remove');
      await eventually('it to go', async () => ((await tags()).includes('gpu/doomed:gone') && (await tags()).includes('gpu/app:old') ? undefined : true));
    });

    it('without a name are removed all at once', async () => {
      // Of earlier tests, and of an earlier try of this one.
      await docker('image', 'prune', '--force');
      await makeImage('gpu/short-lived:1', 'ENV CUDA_VERSION=12.0.0');
      await makeImage('gpu/short-lived:1', 'ENV CUDA_VERSION=12.0.1');
      assert.notEqual(await docker('images', '-q', '--filter', 'dangling=true'), '');
      await runByTitle('TensorRT: Remove Untagged Images');
      await answerDialog(/Remove 1 untagged image\?/, 'Remove');
      await eventually('none', async () => ((await docker('images', '-q', '--filter', 'dangling=true')) === '' ? true : undefined));
    });

    it('are deleted from the registry', async () => {
      const name = `${registryHost()}/doomed/app:1`;
      await docker('tag', 'gpu/app:old', name);
      await docker('push', name);
      await runByTitle('TensorRT: Browse Registry');
      await answerInput(/Host and port/, registryHost());
      await choose('doomed/app');
      await choose('1');
      await choose('Delete from the Registry');
      await answerDialog(/doomed\/app:1 from the registry/, 'Delete');
      await eventually('it to go', async () => {
        const response = await fetch(`http://${registryHost()}/v2/doomed/app/tags/list`);
        return (await response.text()).includes('"1"') ? undefined : true;
      });
    });

    it('and all else that can go are shown with what they hold, and removed', async () => {
      await makeImage('gpu/app:new', 'ENV CUDA_VERSION=12.4.1', 'ENV TRT_VERSION=10.3.0.26', 'CMD ["sh"]');
      await docker('rm', '-f', 'stopped-one').catch(() => undefined);
      await docker('create', '--name', 'stopped-one', 'busybox');
      await runByTitle('TensorRT: Reclaim Disk Space');
      const inPage = (selector: string, attribute?: string): Promise<readonly string[]> => read(selector, attribute, true);
      const isListed = async (): Promise<boolean> => (await inPage('th[scope=row]')).some((text) => text.startsWith('stopped-one'));
      await eventually('the page', async () => ((await isListed()) ? true : undefined));
      assert.match((await inPage('#picture', 'aria-label'))[0] ?? '', /Images: \d.* held, .* would go\./);
      const sentence = (): Promise<string> => inPage('#sentence').then(([text = '']) => text);
      assert.match(await sentence(), /Removing what is selected/);
      await screenshot('reclaim');
      await click('input[aria-label="gpu/app:new"], input[aria-label*="gpu/app:new"]', { webview: true });
      await click('#remove', { webview: true });
      await answerDialog(/stopped-one/, 'Remove');
      await eventually('them to go', async () => ((await docker('ps', '-aq', '--filter', 'name=stopped-one')) === '' && !(await tags()).includes('gpu/app:new') ? true : undefined));
      await eventually('the page to follow', async () => ((await isListed()) ? undefined : true));
    });
  });
});
