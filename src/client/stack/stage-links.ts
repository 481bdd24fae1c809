import { CodeLens, commands, Disposable, EventEmitter, l10n, languages, Position, Range, workspace } from 'vscode';
import { STACK_REQUEST, type StackAnswer, type StackParams } from '../../core/protocol/requests';
import type { LanguageServer } from '../language/server';

/** Links above each FROM: build and test, where this window can, and show the stack. */
export function showStageLinks(server: LanguageServer): Disposable {
  const changed = new EventEmitter<void>();
  /** Which of our commands there are does not change; to ask costs thousands of names. */
  let all: Thenable<string[]> | undefined;
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
          const answer = await server.sendRequest<StackAnswer>(STACK_REQUEST, params, token);
          const known = new Set(await (all ??= commands.getCommands(true)));
          return (answer?.stages ?? []).flatMap(({ name, index, line }) => {
            const range = new Range(new Position(line - 1, 0), new Position(line - 1, 0));
            const stage = name ?? String(index);
            const links = [
              { title: l10n.t('Build'), tooltip: l10n.t('Build this stage'), command: 'tensorrt.buildImage', arguments: [uri, stage] },
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
