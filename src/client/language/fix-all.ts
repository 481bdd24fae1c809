import { commands, type Disposable } from 'vscode';

/** Applies all safe fixes in the active editor, as VS Code does for `source.fixAll.tensorrt` on save. */
export function registerFixAll(): Disposable {
  return commands.registerCommand('tensorrt.fixAllInFile', () =>
    commands.executeCommand('editor.action.sourceAction', { kind: 'source.fixAll.tensorrt', apply: 'first' }),
  );
}
