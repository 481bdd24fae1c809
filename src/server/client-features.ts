import type { InitializeParams } from 'vscode-languageserver';
import { languageOf } from '../core/l10n/language';
import type { Translations } from '../core/l10n/message';
import type { InitializationOptions } from '../core/protocol/requests';
import type { Platform } from './disk';

/** What the client at the other end can do, read once from `initialize`. */
export interface ClientFeatures {
  /** Asks for diagnostics itself; without it they are pushed. */
  readonly pullsDiagnostics: boolean;
  /** Can be asked to pull again. */
  readonly refreshesDiagnostics: boolean;
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly configuration: boolean;
  readonly registersConfiguration: boolean;
  readonly registersWatchers: boolean;
  readonly workspaceFolders: boolean;
  /** Understands versioned edits. */
  readonly documentChanges: boolean;
  readonly snippetEdits: boolean;
  /** Can be asked to show inlay hints anew. */
  readonly refreshesInlayHints: boolean;
  readonly markdownHover: boolean;
  /** Says of a link what following it does. */
  readonly linkTooltips: boolean;
  /** In what is told of a completion. */
  readonly markdownDocumentation: boolean;
  readonly options: InitializationOptions;
  /** What is said in the language of the client; undefined for English. */
  readonly translations: Translations | undefined;
}

/** The features of the client that sent these parameters. */
export function readClientFeatures({ capabilities, initializationOptions, locale }: InitializeParams, platform: Pick<Platform, 'readBundle'>): ClientFeatures {
  const { textDocument, workspace } = capabilities;
  const diagnostics = textDocument?.diagnostic ?? textDocument?.publishDiagnostics;
  return {
    pullsDiagnostics: textDocument?.diagnostic !== undefined,
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    relatedInformation: diagnostics?.relatedInformation === true,
    codeDescription: diagnostics?.codeDescriptionSupport === true,
    configuration: workspace?.configuration === true,
    registersConfiguration: workspace?.didChangeConfiguration?.dynamicRegistration === true,
    registersWatchers: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    snippetEdits: workspace?.workspaceEdit?.snippetEditSupport === true,
    refreshesInlayHints: workspace?.inlayHint?.refreshSupport === true,
    linkTooltips: textDocument?.documentLink?.tooltipSupport === true,
    markdownHover: textDocument?.hover?.contentFormat?.includes('markdown') === true,
    markdownDocumentation: textDocument?.completion?.completionItem?.documentationFormat?.includes('markdown') === true,
    options: readOptions(initializationOptions),
    translations: readTranslations((initializationOptions as { readonly translations?: unknown } | null | undefined)?.translations) ?? readBundle(locale, platform),
  };
}

function readOptions(value: unknown): InitializationOptions {
  if (typeof value !== 'object' || value === null) return {};
  const { rulePages, explainCommand, changeCudaCommand, splitStageCommand, completesConfig } = value as Record<string, unknown>;
  return {
    ...(typeof rulePages === 'string' && { rulePages: rulePages.replace(/\/$/, '') }),
    ...(typeof explainCommand === 'string' && { explainCommand }),
    ...(typeof changeCudaCommand === 'string' && { changeCudaCommand }),
    ...(typeof splitStageCommand === 'string' && { splitStageCommand }),
    ...(typeof completesConfig === 'boolean' && { completesConfig }),
  };
}

function readTranslations(value: unknown): Translations | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** What the package says in a language (`zh-CN`, `zh_CN.UTF-8`, `zh-Hans`), for clients that hand nothing over. */
function readBundle(locale: string | undefined, platform: Pick<Platform, 'readBundle'>): Translations | undefined {
  const language = languageOf(locale ?? '');
  return language === undefined ? undefined : readTranslations(platform.readBundle(language));
}
