// What a key costs in a Dockerfile of 3,000 lines, with all that the packaged extension shows of it, beside plain text in
// the same window, turn by turn.
//   npm run bench:typing [-- --blocks 5]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { run, setUpNodeModules } from '../set-up.mjs';
import { copyPackaged, openWindows, quantile, round, writeProbe } from './probe.mjs';
import { copySamples } from './samples.mjs';

/** Typed once a block, in the middle of the file: lists open, findings come and go. */
const TYPED = 'RUN apt-get install -y libnvinfer10=10.3.0.26-1+cuda12.5 && pip install torch==2.4.0\nENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH\n';
/** Between two keys of somebody quick. */
const KEY_PAUSE_MS = 70;

const { values } = parseArgs({ options: { blocks: { type: 'string', default: '3' }, 'keep-package': { type: 'boolean' } } });

/** Types by the command that a keyboard's keys end in, and waits for each; then for what the text brings about. */
const PROBE = `
    const { monitorEventLoopDelay } = require('node:perf_hooks');
    const { commands, languages, Selection, Uri, window, workspace } = require('vscode');
    const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const [folder] = workspace.workspaceFolders;
    const measured = { plain: { keys: [], busyMs: 0 }, ours: { keys: [], busyMs: 0 } };
    for (let block = 0; block < ${Number(values.blocks)}; block++) {
      for (const [kind, file] of [['plain', 'large/plain.txt'], ['ours', 'large/Dockerfile']]) {
        const uri = Uri.joinPath(folder.uri, file);
        const editor = await window.showTextDocument(uri);
        while (kind === 'ours' && languages.getDiagnostics(uri).length === 0) await sleep(100);
        const line = Math.floor(editor.document.lineCount / 2);
        let at = line;
        while (!/^(?:RUN|ENV|FROM)/.test(editor.document.lineAt(at).text) || editor.document.lineAt(at - 1).text.endsWith('\\\\')) at++;
        editor.selection = new Selection(at, 0, at, 0);
        await sleep(1000);
        const delay = monitorEventLoopDelay({ resolution: 1 });
        delay.enable();
        for (const text of ${JSON.stringify(TYPED)}) {
          const start = performance.now();
          await commands.executeCommand('type', { text });
          measured[kind].keys.push(performance.now() - start);
          await sleep(${KEY_PAUSE_MS});
        }
        await sleep(1000);
        measured[kind].busyMs = Math.max(measured[kind].busyMs, delay.max / 1e6);
        delay.disable();
      }
    }
    return measured;`;

setUpNodeModules();
if (!values['keep-package']) run('node', ['src/dev/package.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] });

const stage = (i) => `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS stage${i}\n${Array.from({ length: 98 }, (_, step) => `RUN apt-get update && apt-get install -y package-${i}-${step}\n`).join('')}ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs\n`;
const text = Array.from({ length: 30 }, (_, i) => stage(i)).join('');
const scratch = mkdtempSync(path.join(os.tmpdir(), 'trtc-typing-'));
const extensionsFolder = path.join(scratch, 'extensions');
mkdirSync(extensionsFolder);
copyPackaged(extensionsFolder, scratch);
writeProbe(extensionsFolder, PROBE);
const folder = copySamples({ 'large/plain.txt': text, 'large/Dockerfile': text });
const windows = await openWindows({ scratch, extensionsFolder, folder });
try {
  const measured = await windows.take();
  const row = ({ keys, busyMs }) => ({ keys: keys.length, 'p50 ms': round(quantile(keys, 0.5)), 'p99 ms': round(quantile(keys, 0.99)), 'longest ms': round(Math.max(...keys)), 'extension host busy at most ms': round(busyMs) });
  console.table({ 'plain text': row(measured.plain), Dockerfile: row(measured.ours) });
} finally {
  await windows.close();
  rmSync(scratch, { recursive: true, force: true });
}
