import { extensions, l10n, Uri, type Diagnostic, type ExtensionContext } from 'vscode';
import { vsdiag, type LanguageClientOptions } from 'vscode-languageclient';
import type { InitializationOptions } from '../../core/protocol/requests';
import { CHANGE_CUDA } from './change-cuda';
import { EXPLAIN_RULE } from './explain-rule';
import { rulePages } from './rule-pages';
import { SPLIT_STAGE } from './split-stage';

/** What the client tells the server of itself, and which documents it serves; alike wherever the server runs. */
export function clientOptions(context: ExtensionContext): LanguageClientOptions {
  const initializationOptions: InitializationOptions = {
    ...(l10n.bundle !== undefined && { translations: l10n.bundle }),
    rulePages: rulePages(context).toString(),
    explainCommand: EXPLAIN_RULE,
    changeCudaCommand: CHANGE_CUDA,
    splitStageCommand: SPLIT_STAGE,
    // Red Hat's YAML extension completes and describes by the schemas that package.json contributes.
    completesConfig: extensions.getExtension('redhat.vscode-yaml') === undefined,
  };
  return {
    // Any scheme: a file that lies on no disk is analysed without those that it names.
    documentSelector: [
      { language: 'dockerfile' },
      { language: 'shellscript' },
      { pattern: '**/*{requirements,constraints}*.{txt,in}' },
      { pattern: '**/requirements/*.txt' },
      { language: 'dockercompose' },
      { pattern: '**/*compose*.{yaml,yml}' },
      { pattern: '**/{devcontainer,.devcontainer}.json' },
      { pattern: '**/docker-bake*.{hcl,json}' },
      { pattern: '**/.trtc.{yaml,yml}' },
      { pattern: '**/*.smoke.{yaml,yml}' },
    ],
    initializationOptions,
    diagnosticCollectionName: 'tensorrt',
    outputChannelName: l10n.t('TensorRT Containers'),
    middleware: {
      handleDiagnostics: (uri, diagnostics, next) => next(uri, diagnostics.map(linkToPage)),
      provideDiagnostics: async (document, previousResultId, token, next) => {
        const report = await next(document, previousResultId, token);
        if (report?.kind === vsdiag.DocumentDiagnosticReportKind.full) report.items.forEach(linkToPage);
        return report;
      },
    },
  };
}

/** The server links a diagnostic's code to the page's file, which VS Code would open as source; the command shows it as a page. */
function linkToPage(diagnostic: Diagnostic): Diagnostic {
  if (typeof diagnostic.code === 'object') {
    const rule = String(diagnostic.code.value);
    diagnostic.code = { value: rule, target: Uri.parse(`command:${EXPLAIN_RULE}?${encodeURIComponent(JSON.stringify([rule]))}`) };
  }
  return diagnostic;
}
