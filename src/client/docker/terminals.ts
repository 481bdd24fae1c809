import { ProcessExecution, Task, TaskPanelKind, TaskRevealKind, TaskScope, tasks, workspace } from 'vscode';
import { dockerCommand, type ContainerSummary, type EngineAddress } from '../../docker';
import { toPlain } from './plain';
import { requireTrust } from './trust';

/** In the container: bash where there is one, else sh. */
const SHELL = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

/** The docker command line for an engine: the program of the setting `tensorrt.docker.path`, and the environment that points it there. */
export function dockerProgram(address: EngineAddress): ReturnType<typeof dockerCommand> {
  return dockerCommand(address, workspace.getConfiguration('tensorrt').get<string>('docker.path', 'docker'));
}

/** Opens a terminal with a shell in a running container. */
export async function openShell(address: EngineAddress, { id, name }: ContainerSummary): Promise<void> {
  if (await requireTrust()) await runInTerminal(address, toPlain(name, 60), ['exec', '-it', id, 'sh', '-c', SHELL]);
}

/**
 * Opens a terminal in which the docker command runs with these arguments, for the given engine. As a task, so that what
 * it wrote can still be read when it has ended.
 */
export async function runInTerminal(address: EngineAddress, name: string, args: readonly string[]): Promise<void> {
  const { program, changes } = dockerProgram(address);
  // A variable cannot be taken away from a task; empty ones count as unset for docker.
  const env = Object.fromEntries(Object.entries(changes).map(([variable, value]) => [variable, value ?? '']));
  const task = new Task({ type: 'process' }, TaskScope.Workspace, name, 'TensorRT', new ProcessExecution(program, [...args], { env }), []);
  task.presentationOptions = { reveal: TaskRevealKind.Always, focus: true, panel: TaskPanelKind.New, echo: true, showReuseMessage: false };
  await tasks.executeTask(task);
}
