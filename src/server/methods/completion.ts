import { CompletionItemKind, type CompletionItem, type CompletionList } from 'vscode-languageserver';
import { complete } from '../../core/assist/complete';
import { describeReference } from '../../core/assist/completion/images';
import type { Completion } from '../../core/assist/completion/model';
import { completeConfig } from '../../core/config/complete';
import { SMOKE_FILE } from '../../core/smoke-file/model';
import { smokeFileSchema } from '../../core/smoke-file/schema';
import { isConfigFile } from '../configs';
import type { Session } from '../session';

/** Characters behind which a list opens by itself: a tag, a version, a value, the next part of either. */
export const COMPLETION_TRIGGERS = [':', '=', '/', '-', ',', ';'];

const KINDS: Readonly<Record<Completion['kind'], CompletionItemKind>> = {
  image: CompletionItemKind.Reference,
  version: CompletionItemKind.Constant,
  package: CompletionItemKind.Module,
  variable: CompletionItemKind.Variable,
  value: CompletionItemKind.Value,
};

/** `textDocument/completion` in Dockerfiles, config files and smoke files, and `completionItem/resolve` for what an image holds. */
export function registerCompletion({ connection, features, documents, analyser }: Session): void {
  connection.onCompletion(async ({ textDocument: { uri }, position }, token): Promise<CompletionItem[] | CompletionList | null> => {
    const document = documents.get(uri);
    if (document === undefined) return null;
    const offset = document.offsetAt(position);
    const isSmokeFile = SMOKE_FILE.test(uri);
    if (isConfigFile(uri) || isSmokeFile) {
      if (features.options.completesConfig === false) return null;
      return completeConfig(document.getText(), offset, isSmokeFile ? smokeFileSchema : undefined).map(({ label, kind, newText, range, description }) => ({
        label,
        kind: kind === 'key' ? CompletionItemKind.Property : CompletionItemKind.Value,
        textEdit: { range: { start: document.positionAt(range.start), end: document.positionAt(range.end) }, newText },
        ...(description !== undefined && { documentation: description }),
      }));
    }
    if (analyser.kindOf(uri) !== 'dockerfile') return null;
    const analysis = await analyser.analyse(uri, token);
    // A newer text has come meanwhile: its own request follows.
    if (analysis?.stack === undefined || analysis.text !== document.getText()) return null;
    const lines = analysis.linesOf(uri);
    const items = complete(analysis.stack, offset, analysis.targets).map(({ label, detail, newText, range, kind, reference }, i): CompletionItem => ({
      label,
      kind: KINDS[kind],
      // The order is ours; a client sorts by this text.
      sortText: String(i).padStart(4, '0'),
      filterText: newText,
      textEdit: { range: { start: lines.positionAt(range.start), end: lines.positionAt(range.end) }, newText },
      ...(detail !== undefined && detail !== '' && { detail }),
      ...(i === 0 && { preselect: true }),
      ...(detail === undefined && { data: { reference } }),
    }));
    return { isIncomplete: true, items };
  });

  connection.onCompletionResolve((item): CompletionItem => {
    const { reference } = (item.data ?? {}) as { readonly reference?: unknown };
    const detail = typeof reference === 'string' ? describeReference(reference) : '';
    return detail === '' ? item : { ...item, detail };
  });
}
