import { commands, Disposable, Uri, window, workspace, type ExtensionContext } from 'vscode';

/** The commands of the walkthrough: a sample to try things on, and the walkthrough itself. */
export function registerWalkthrough(context: ExtensionContext): Disposable {
  return Disposable.from(
    commands.registerCommand('tensorrt.openSample', async () => {
      const sample = Uri.joinPath(context.extensionUri, 'media/samples/custom-tensorrt/Dockerfile');
      const content = new TextDecoder().decode(await workspace.fs.readFile(sample));
      // A copy that is nowhere on disk: it may be changed at will.
      await window.showTextDocument(await workspace.openTextDocument({ language: 'dockerfile', content }));
    }),
    commands.registerCommand('tensorrt.openWalkthrough', () => commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#start`)),
  );
}
