import { Uri, type ExtensionContext } from 'vscode';

/** The folder of the rules' pages, `<rule id>.md`. */
export function rulePages(context: ExtensionContext): Uri {
  return Uri.joinPath(context.extensionUri, 'media', 'rules');
}
