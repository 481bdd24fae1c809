import { chmodSync, constants, copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * Copies the dev container tools, and the Node.js that runs this, to where every user of the machine can run them: a clone
 * may lie in root's home. Gives the words in front of their command, and what takes the copy away.
 */
export function copyDevcontainerTools(): { readonly argv: readonly string[]; readonly remove: () => void } {
  const folder = mkdtempSync('/var/tmp/trtc-tools-');
  const [node, tools] = [path.join(folder, 'node'), path.join(folder, 'tools')];
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
  cpSync(path.resolve('node_modules/@devcontainers/cli'), tools, { recursive: true });
  for (const file of [folder, node]) chmodSync(file, 0o755);
  return { argv: [node, path.join(tools, 'devcontainer.js')], remove: () => rmSync(folder, { recursive: true, force: true }) };
}
