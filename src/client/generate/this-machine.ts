import { chmod } from 'node:fs/promises';
import type { ThisMachine } from './feature';
import { readMachine } from './machine';
import { openDevContainer } from './open';

/** What generators ask of the machine on which the extension runs. */
export const thisMachine: ThisMachine = {
  read: () => readMachine(),
  // VS Code has no way to say so; a folder that is not on a disk of this machine has no such bit.
  makeExecutable: async (file) => (file.scheme === 'file' ? chmod(file.fsPath, 0o755).catch(() => undefined) : undefined),
  openDevContainer,
};
