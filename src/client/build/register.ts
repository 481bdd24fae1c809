import { CodeLens, commands, Disposable, EventEmitter, l10n, languages, Position, Range, tasks, Uri, workspace, type ExtensionContext } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { STACK_REQUEST, type StackAnswer, type StackParams } from '../../core/protocol/requests';
import { loadFeatures } from '../lazy';

/** The command that builds; takes the Dockerfile's URI, and the stage by name or number. */
const BUILD_IMAGE = 'tensorrt.buildImage';

/** The command, the tasks and the links above stages. What they do is loaded when it is first needed. */
export function registerBuild(client: LanguageClient, context: ExtensionContext): Disposable {
  let feature: ReturnType<typeof create> | undefined;
  const create = async () => (await loadFeatures()).createBuildFeature(client, context.workspaceState);
  const load = (): ReturnType<typeof create> => (feature ??= create());
  return Disposable.from(
    commands.registerCommand(BUILD_IMAGE, async (dockerfile?: unknown, stage?: unknown) => {
      await (await load()).build(dockerfile instanceof Uri ? dockerfile : undefined, typeof stage === 'string' ? stage : undefined);
    }),
    tasks.registerTaskProvider('tensorrt-build', {
      provideTasks: async (token) => (await load()).provideTasks(token),
      resolveTask: async (task) => (await load()).resolveTask(task),
    }),
    showStageLinks(client),
    new Disposable(() => void feature?.then((loaded) => loaded.dispose())),
  );
}

/** Links above each FROM: build, test, show the stack. */
function showStageLinks(client: LanguageClient): Disposable {
  const changed = new EventEmitter<void>();
  return Disposable.from(
    changed,
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('tensorrt.codeLens')) changed.fire();
    }),
    languages.registerCodeLensProvider(
      { language: 'dockerfile' },
      {
        onDidChangeCodeLenses: changed.event,
        provideCodeLenses: async ({ uri }, token) => {
          if (!workspace.getConfiguration('tensorrt', uri).get('codeLens', true)) return [];
          const params: StackParams = { textDocument: { uri: uri.toString() } };
          const answer = await client.sendRequest<StackAnswer>(STACK_REQUEST, params, token);
          const known = new Set(await commands.getCommands(true));
          return (answer?.stages ?? []).flatMap(({ name, index, line }) => {
            const range = new Range(new Position(line - 1, 0), new Position(line - 1, 0));
            const stage = name ?? String(index);
            const links = [
              { title: l10n.t('Build'), tooltip: l10n.t('Build this stage'), command: BUILD_IMAGE, arguments: [uri, stage] },
              { title: l10n.t('Smoke-Test'), tooltip: l10n.t('Build this stage and test the image'), command: 'tensorrt.smokeTestStage', arguments: [uri, stage] },
              { title: l10n.t('Stack'), tooltip: l10n.t('Show what this stage contains'), command: 'tensorrt.showStack', arguments: [uri] },
            ];
            return links.filter(({ command }) => known.has(command)).map((link) => new CodeLens(range, link));
          });
        },
      },
    ),
  );
}
