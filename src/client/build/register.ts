import { commands, Disposable, tasks, Uri, type ExtensionContext } from 'vscode';
import { loadFeatures } from '../lazy';
import type { LanguageServer } from '../language/server';

/** The command that builds; takes the Dockerfile's URI, and the stage by name or number. */
const BUILD_IMAGE = 'tensorrt.buildImage';

/** The command and the tasks. What they do is loaded when it is first needed. */
export function registerBuild(server: LanguageServer, context: ExtensionContext): Disposable {
  let feature: ReturnType<typeof create> | undefined;
  const create = async () => (await loadFeatures()).createBuildFeature(server, context.workspaceState);
  const load = (): ReturnType<typeof create> => (feature ??= create());
  return Disposable.from(
    commands.registerCommand(BUILD_IMAGE, async (dockerfile?: unknown, stage?: unknown) => {
      await (await load()).build(dockerfile instanceof Uri ? dockerfile : undefined, typeof stage === 'string' ? stage : undefined);
    }),
    tasks.registerTaskProvider('tensorrt-build', {
      provideTasks: async (token) => (await load()).provideTasks(token),
      resolveTask: async (task) => (await load()).resolveTask(task),
    }),
    new Disposable(() => void feature?.then((loaded) => loaded.dispose())),
  );
}
