import { l10n, Uri, type ExtensionContext } from 'vscode';

/** The folder of the rules' pages, `<rule id>.md`, in the display language: each language names its own. */
export function rulePages(context: ExtensionContext): Uri {
  return Uri.joinPath(context.extensionUri, l10n.t('media/rules'));
}
