import { access } from 'node:fs/promises';
import path from 'node:path';
import { commands, env, l10n, ProcessExecution, Task, TaskPanelKind, TaskRevealKind, tasks, Uri, window, workspace, type WorkspaceFolder } from 'vscode';
import { connect, disconnect, DockerError, readEngineInfo } from '../../docker';
import type { Devcontainer } from '../../core/devcontainer/model';
import { readDevcontainer } from '../../core/devcontainer/read';
import { DEVCONTAINER_FILES } from '../../generate/generate';
import { askDevContainers, mayHaveDevContainers } from '../docker/dev-containers';
import { listEngines } from '../docker/engines';
import { showFailure } from '../docker/problem-message';
import { requireTrust } from '../docker/trust';
import { listExisting } from './apply';

const DEV_CONTAINERS = 'ms-vscode-remote.remote-containers';
const INSTALL = 'npm install -g @devcontainers/cli';

/**
 * Opens a folder in its dev container: adds one where there is none, asks the engine whether it can give a GPU, and hands
 * over to the Dev Containers extension, or to the dev container command line in a terminal.
 */
export async function openDevContainer(folder: WorkspaceFolder, add: () => Promise<boolean>): Promise<boolean> {
  if (!(await requireTrust())) return false;
  let configs = await listConfigs(folder.uri);
  if (configs.length === 0) {
    if (!(await add())) return false;
    configs = await listConfigs(folder.uri);
    if (configs.length === 0) return false;
  }
  // The extension asks by itself which one is meant.
  const hasExtension = mayHaveDevContainers();
  const config = configs.length === 1 || hasExtension ? configs[0] : await window.showQuickPick([...configs], { placeHolder: l10n.t('Which dev container?') });
  if (config === undefined) return false;
  if (!(await checkEngine(folder.uri, hasExtension ? configs : [config]))) return false;
  if (await (isOnlyFolder(folder) ? askDevContainers('reopenInContainer') : askDevContainers('openFolder', folder.uri))) return true;
  return openInTerminal(folder, config);
}

function isOnlyFolder(folder: WorkspaceFolder): boolean {
  return workspace.workspaceFolders?.length === 1 && workspace.workspaceFolders[0]?.uri.toString() === folder.uri.toString();
}

/** The dev containers of a folder, by the paths of their files below it: the usual one, and those with a name. */
async function listConfigs(folder: Uri): Promise<readonly string[]> {
  const entries = await workspace.fs.readDirectory(Uri.joinPath(folder, '.devcontainer')).then((found) => found, () => []);
  const usual = await listExisting(folder, DEVCONTAINER_FILES);
  return [...usual.slice(0, 1), ...(await listExisting(folder, entries.map(([name]) => `.devcontainer/${name}/devcontainer.json`)))];
}

/** Whether to go on: where one of the dev containers wants a GPU and the engine shows no way to give it one, that is said first. */
async function checkEngine(folder: Uri, configs: readonly string[]): Promise<boolean> {
  const texts = await Promise.all(configs.map(async (config) => new TextDecoder().decode(await workspace.fs.readFile(Uri.joinPath(folder, config)))));
  const wants = texts.some((text, i) => wantsGpu(readDevcontainer(text, configs[i] ?? '')));
  try {
    const [address] = await listEngines();
    if (address === undefined) throw new DockerError({ kind: 'not-installed' });
    const engine = await connect(address);
    try {
      const { runtimes, cdiDevices } = await readEngineInfo(engine);
      if (!wants || runtimes.includes('nvidia') || (cdiDevices ?? []).some((device) => device.startsWith('nvidia.com/'))) return true;
    } finally {
      disconnect(engine);
    }
  } catch (error) {
    await showFailure(error, l10n.t('Opening the dev container'));
    return false;
  }
  const go = l10n.t('Open Anyway');
  const check = l10n.t('Check Host');
  const canCheck = (await commands.getCommands(true)).includes('tensorrt.checkHost');
  const answer = await window.showWarningMessage(l10n.t('Docker has no NVIDIA runtime: the dev container will start without a GPU, or not at all where it insists on one.'), { modal: true }, go, ...(canCheck ? [check] : []));
  if (answer === check) await commands.executeCommand('tensorrt.checkHost');
  return answer === go;
}

function wantsGpu(devcontainer: Devcontainer | undefined): boolean {
  return devcontainer?.hostGpu !== undefined || devcontainer?.options.some(({ name, value = '' }) => name === '--gpus' || name === '--runtime' || value.startsWith('nvidia.com/')) === true;
}

/** Starts the container by the command line, and opens a shell in it. */
async function openInTerminal(folder: WorkspaceFolder, config: string): Promise<boolean> {
  const program = workspace.getConfiguration('tensorrt').get('devContainer.path', 'devcontainer');
  if (!(await isThere(program))) {
    const copy = l10n.t('Copy Command');
    const extension = l10n.t('Find Extension');
    const answer = await window.showErrorMessage(l10n.t('Neither the Dev Containers extension nor the dev container command line is here. The command line is installed by: {0}', INSTALL), copy, extension);
    if (answer === copy) await env.clipboard.writeText(INSTALL);
    if (answer === extension) await commands.executeCommand('workbench.extensions.search', DEV_CONTAINERS);
    return false;
  }
  // By itself it finds the usual one alone.
  const named = (DEVCONTAINER_FILES as readonly string[]).includes(config) ? [] : ['--config', Uri.joinPath(folder.uri, config).fsPath];
  const where = ['--workspace-folder', folder.uri.fsPath, ...named];
  const task = new Task({ type: 'process' }, folder, l10n.t('Start dev container'), 'TensorRT', new ProcessExecution(program, ['up', ...where]));
  task.presentationOptions = { reveal: TaskRevealKind.Always, panel: TaskPanelKind.Dedicated, clear: true, focus: false };
  const status = await runTask(task);
  if (status !== 0) {
    void window.showErrorMessage(l10n.t('The dev container did not start; the terminal shows why.'));
    return false;
  }
  window.createTerminal({ name: l10n.t('Dev container: {0}', folder.name), shellPath: program, shellArgs: ['exec', ...where, 'sh', '-c', 'command -v bash >/dev/null && exec bash || exec sh'] }).show();
  return true;
}

async function isThere(program: string): Promise<boolean> {
  const candidates = path.isAbsolute(program) ? [program] : (process.env['PATH'] ?? '').split(path.delimiter).filter((each) => path.isAbsolute(each)).map((each) => path.join(each, program));
  const found = await Promise.all(candidates.map((file) => access(file).then(() => true, () => false)));
  return found.includes(true);
}

async function runTask(task: Task): Promise<number | undefined> {
  const ended = new Promise<number | undefined>((resolve) => {
    const subscription = tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
      if (execution.task.name !== task.name || execution.task.source !== task.source) return;
      subscription.dispose();
      resolve(exitCode);
    });
  });
  await tasks.executeTask(task);
  return ended;
}
