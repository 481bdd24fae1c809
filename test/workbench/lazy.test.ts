import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { commands, extensions, window } from 'vscode';
import { STUBS } from './samples';
import { closeEditors, eventually, writeFile } from './workbench';

describe('activation', () => {
  afterEach(closeEditors);

  it('lets the command wait that it is the answer to, until what it does is loaded', async () => {
    await commands.executeCommand('tensorrt.showStack', await writeFile('first/Dockerfile', STUBS));
    await eventually('the stack of a file that no editor shows', () => window.visibleTextEditors.find(({ document }) => document.uri.scheme === 'tensorrt-stack' && document.getText().includes('CUDA')));
  });

  it('loads the client alone: neither what the views do nor dockerode', async () => {
    const extension = extensions.getExtension('tensorrt-containers.tensorrt-containers');
    assert.ok(extension);
    await extension.activate();
    const dist = path.join(extension.extensionPath, 'dist') + path.sep;
    const loaded = Object.keys(require.cache).filter((file) => file.startsWith(dist));
    // The client of the language server follows at once, behind the activation.
    assert.deepEqual(loaded.map((file) => path.basename(file)).filter((name) => name !== 'language.js'), ['client.js']);
    // What a person does first may be any of them; views and the like follow in the next turn.
    const { contributes } = extension.packageJSON as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } };
    const known = new Set(await commands.getCommands(true));
    assert.deepEqual(contributes.commands.map(({ command }) => command).filter((command) => !known.has(command)), []);
    assert.doesNotMatch(readFileSync(`${dist}client.js`, 'utf8'), /dockerode|vscode-languageserver|textDocument\/diagnostic/);
    // Nor does that hold what a command may need later: no fact of a table.
    assert.doesNotMatch(readFileSync(`${dist}language.js`, 'utf8'), /gitlab\.com\/nvidia/);
  });
});
