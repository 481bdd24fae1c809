import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Position, workspace, WorkspaceEdit } from 'vscode';
import { STUBS } from './samples';
import { closeEditors, eventually, findings, openText } from './workbench';

/** Process ids of our language server below this extension host, as Linux lists them. */
function findServers(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && readProcess(pid, 'cmdline').includes('dist/server.js') && parentOf(pid) === process.pid);
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(readProcess(pid, 'status'))?.[1]);
}

function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

describe('the language server', () => {
  afterEach(closeEditors);

  it('comes back after it was killed', async () => {
    const { uri } = await openText('killed/Dockerfile', STUBS);
    await findings(uri, (all) => all.length === 1);
    const [server] = findServers();
    assert.ok(server !== undefined, 'no server is running');
    process.kill(server, 'SIGKILL');
    await eventually('another server', () => findServers().find((pid) => pid !== server));
    const edit = new WorkspaceEdit();
    edit.insert(uri, new Position(2, 0), 'COPY libcuda.so.1 /usr/lib/\n');
    await workspace.applyEdit(edit);
    await findings(uri, (all) => all.length === 2);
  });
});
