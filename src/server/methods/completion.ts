import { CancellationTokenSource, CompletionItemKind, InsertTextMode, type CancellationToken, type CompletionItem, type CompletionList } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { complete, partToComplete } from '../../core/assist/complete';
import { describeReference, describeReferenceCard } from '../../core/assist/completion/images';
import type { Completion } from '../../core/assist/completion/model';
import { completeCompose } from '../../core/assist/completion/compose';
import { completeDevcontainer } from '../../core/assist/completion/devcontainer';
import { completeRequirements } from '../../core/assist/completion/requirements';
import { replaceRestOfWord } from '../../core/assist/completion/rest-of-word';
import { completeConfig } from '../../core/config/complete';
import { formatText, sentence } from '../../core/l10n/message';
import { SMOKE_FILE } from '../../core/smoke-file/model';
import { smokeFileSchema } from '../../core/smoke-file/schema';
import { isConfigFile } from '../configs';
import type { Session } from '../session';
import { toMarkup } from '../to-lsp';

/** Characters behind which a list opens by itself: a tag, a version, a value, the next part of either. */
export const COMPLETION_TRIGGERS = [':', '=', '/', '-', ',', ';', '"'];

const KINDS: Readonly<Record<Completion['kind'], CompletionItemKind>> = {
  image: CompletionItemKind.Reference,
  version: CompletionItemKind.Constant,
  package: CompletionItemKind.Module,
  variable: CompletionItemKind.Variable,
  value: CompletionItemKind.Value,
};

/** About the columns of a row of the list in VS Code. What stands behind a label shortens the label where both do not fit. */
const ROW_COLUMNS = 46;

/** What stands behind a label, or where that would cut the label off, its documentation. */
function showDetail(label: string, detail: string | undefined): Pick<CompletionItem, 'detail' | 'documentation'> {
  if (detail === undefined || detail === '') return {};
  const columns = `${label}  ${detail}`.replace(/[\u2e80-\uffef]/g, '..').length;
  return columns <= ROW_COLUMNS ? { detail } : { documentation: detail };
}

const COMPLETE = { compose: completeCompose, devcontainer: completeDevcontainer, requirements: completeRequirements } as const;

/** `textDocument/completion` in Dockerfiles, Compose files, devcontainer.json, requirements files, config files and smoke files, and `completionItem/resolve` for all that is known of an image. */
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
        ...(description !== undefined && { documentation: formatText(sentence(description), features.translations) }),
      }));
    }
    const found = await completeAt(uri, document, offset, token);
    if (found === undefined) return null;
    const items = replaceRestOfWord(found, document.getText(), offset).map(({ label, detail, newText, range, kind, reference }, i): CompletionItem => ({
      label: formatText(label, features.translations),
      kind: KINDS[kind],
      // The order is ours; a client sorts by this text.
      sortText: String(i).padStart(4, '0'),
      filterText: newText,
      textEdit: { range: { start: document.positionAt(range.start), end: document.positionAt(range.end) }, newText },
      // Lines come with their indent; a client must not add that of the first.
      ...(newText.includes('\n') && { insertTextMode: InsertTextMode.asIs }),
      ...showDetail(formatText(label, features.translations), detail && formatText(detail, features.translations)),
      ...(i === 0 && { preselect: true }),
      ...(reference !== undefined && { data: { reference } }),
    }));
    return { isIncomplete: true, items };
  });

  /** Undefined in files of other kinds, and where a newer text has come meanwhile: its own request follows. */
  async function completeAt(uri: string, document: TextDocument, offset: number, token: CancellationToken): Promise<readonly Completion[] | undefined> {
    const text = document.getText();
    const kind = analyser.kindOf(uri);
    switch (kind) {
      case 'dockerfile': {
        const interest = new CancellationTokenSource();
        const ends = [token.onCancellationRequested(() => interest.cancel()), documents.onDidChangeContent((changed) => changed.document === document && interest.cancel())];
        const read = await analyser.readPart(uri, (dockerfile) => partToComplete(dockerfile, offset), interest.token).finally(() => ends.forEach((end) => end.dispose()));
        return read?.stack === undefined || read.text !== text ? undefined : complete(read.stack, offset, read.targets);
      }
      case 'compose':
      case 'devcontainer':
      case 'requirements': {
        // Read without an analysis, which would go through the Dockerfiles that the file builds.
        const opened = await analyser.open(uri);
        if (opened === undefined || opened.text !== text) return undefined;
        return COMPLETE[kind](text, offset, opened.options.targets);
      }
      default:
        return undefined;
    }
  }

  connection.onCompletionResolve((item): CompletionItem => {
    const { reference } = (item.data ?? {}) as { readonly reference?: unknown };
    if (typeof reference !== 'string') return item;
    const detail = describeReference(reference);
    const card = describeReferenceCard(reference);
    return {
      ...item,
      ...showDetail(item.label, detail && formatText(detail, features.translations)),
      ...(card !== undefined && { documentation: toMarkup(card, features.markdownDocumentation, features) }),
    };
  });
}
