import { randomUUID } from 'node:crypto';
import { ProcessExecution, Task, TaskPanelKind, TaskRevealKind, TaskScope, tasks, workspace, type TaskExecution } from 'vscode';
import { connect, disconnect, dockerCommand, execIn, type ContainerSummary, type EngineAddress } from '../../docker';
import { toPlain } from './plain';
import { requireTrust } from './trust';

/** In the container: bash where there is one, else sh. */
const SHELL = 'if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi';

/** The docker command line for an engine: the program of the setting `tensorrt.docker.path`, and the environment that points it there. */
export function dockerProgram(address: EngineAddress): ReturnType<typeof dockerCommand> {
  return dockerCommand(address, workspace.getConfiguration('tensorrt').get<string>('docker.path', 'docker'));
}

/** Marks the processes of a shell by a variable, to find them again. */
const MARK = 'TENSORRT_CONTAINERS_SHELL';

/** Ends what a mark, its first argument, is on. */
const HANG_UP = 'for p in /proc/[0-9]*; do grep -qs "$1" "$p/environ" && kill -HUP "${p#/proc/}"; done';

/**
 * Opens a terminal with a shell in a running container. Docker leaves the shell running when its terminal is closed; it
 * is ended here.
 */
export async function openShell(address: EngineAddress, { id, name }: ContainerSummary): Promise<void> {
  if (!(await requireTrust())) return;
  const mark = `${MARK}=${randomUUID()}`;
  const execution = await runInTerminal(address, toPlain(name, 60), ['exec', '-it', '-e', mark, id, 'sh', '-c', SHELL]);
  const subscription = tasks.onDidEndTask((ended) => {
    if (ended.execution !== execution) return;
    subscription.dispose();
    void hangUp(address, id, mark);
  });
}

async function hangUp(address: EngineAddress, id: string, mark: string): Promise<void> {
  const engine = await connect(address);
  try {
    await execIn(engine, id, ['sh', '-c', HANG_UP, 'sh', mark], { timeoutMs: 10_000 });
  } catch {
    // The container has gone, and its shells with it.
  } finally {
    disconnect(engine);
  }
}

/**
 * Opens a terminal in which the docker command runs with these arguments, for the given engine. As a task, so that what
 * it wrote can still be read when it has ended.
 */
export async function runInTerminal(address: EngineAddress, name: string, args: readonly string[]): Promise<TaskExecution> {
  const { program, changes } = dockerProgram(address);
  // A variable cannot be taken away from a task; empty ones count as unset for docker.
  const env = Object.fromEntries(Object.entries(changes).map(([variable, value]) => [variable, value ?? '']));
  const task = new Task({ type: 'process' }, TaskScope.Workspace, name, 'TensorRT', new ProcessExecution(program, [...args], { env }), []);
  task.presentationOptions = { reveal: TaskRevealKind.Always, focus: true, panel: TaskPanelKind.New, echo: true, showReuseMessage: false };
  return tasks.executeTask(task);
}
