import { commands, l10n, languages, Uri, window, type ExtensionContext, type QuickPickItem } from 'vscode';
import { rulePages } from './rule-pages';

export const EXPLAIN_RULE = 'tensorrt.explainRule';

/** Shows a rule's page: the one given, else that of the finding under the cursor, else one that the user picks. */
export async function explainRule(context: ExtensionContext, given: string | undefined): Promise<void> {
  const rules = listRules(context);
  const named = given ?? findRuleAtCursor();
  const rule = named ?? (await window.showQuickPick(rules, { placeHolder: l10n.t('Rule to explain'), matchOnDetail: true }))?.label;
  if (rule === undefined) return;
  if (rules.every(({ label }) => label !== rule)) {
    void window.showWarningMessage(l10n.t('There is no page for the rule {0}.', rule));
    return;
  }
  await commands.executeCommand('markdown.showPreview', Uri.joinPath(rulePages(context), `${rule}.md`));
}

/** All rules with what they find, out of the setting that gives them severities: folders of an extension in a browser cannot be listed. */
function listRules({ extension }: ExtensionContext): readonly QuickPickItem[] {
  const { contributes } = extension.packageJSON as { readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, SeveritySetting | undefined>> } } };
  const rules = Object.entries(contributes.configuration.properties['tensorrt.rules']?.properties ?? {});
  // Families, which the setting takes too, are one word.
  return rules.filter(([id]) => id.includes('-')).map(([label, { description }]) => ({ label, detail: description }));
}

interface SeveritySetting {
  readonly properties?: Readonly<Record<string, { readonly description: string }>>;
}

function findRuleAtCursor(): string | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined) return undefined;
  const found = languages
    .getDiagnostics(editor.document.uri)
    .find(({ source, range }) => source === 'tensorrt' && range.intersection(editor.selection) !== undefined);
  return typeof found?.code === 'object' ? String(found.code.value) : undefined;
}
