import { commands, FileType, l10n, languages, Uri, window, workspace, type Disposable, type ExtensionContext } from 'vscode';
import { rulePages } from './rule-pages';

export const EXPLAIN_RULE = 'tensorrt.explainRule';

/** Shows a rule's page: the one given, else that of the finding under the cursor, else one that the user picks. */
export function registerExplainRule(context: ExtensionContext): Disposable {
  return commands.registerCommand(EXPLAIN_RULE, async (given: unknown) => {
    const folder = rulePages(context);
    const rules = await listRules(folder);
    const named = typeof given === 'string' ? given : findRuleAtCursor();
    const rule = named ?? (await window.showQuickPick(rules, { placeHolder: l10n.t('Rule to explain') }));
    if (rule === undefined) return;
    if (!rules.includes(rule)) {
      void window.showWarningMessage(l10n.t('There is no page for the rule {0}.', rule));
      return;
    }
    await commands.executeCommand('markdown.showPreview', Uri.joinPath(folder, `${rule}.md`));
  });
}

async function listRules(folder: Uri): Promise<string[]> {
  try {
    const entries = await workspace.fs.readDirectory(folder);
    return entries.flatMap(([name, type]) => (type === FileType.File && name.endsWith('.md') ? name.slice(0, -'.md'.length) : [])).sort();
  } catch {
    return [];
  }
}

function findRuleAtCursor(): string | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined) return undefined;
  const found = languages
    .getDiagnostics(editor.document.uri)
    .find(({ source, range }) => source === 'tensorrt' && range.intersection(editor.selection) !== undefined);
  return typeof found?.code === 'object' ? String(found.code.value) : undefined;
}
