import { CodeActionKind, TextDocuments, TextDocumentSyncKind, type Connection, type ConnectionOptions, type InitializeResult } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Platform } from './disk';
import { Inbox } from './inbox';
import { registerChangeCuda } from './methods/change-cuda';
import { registerChanges } from './methods/changes';
import { FIX_ALL, registerCodeActions } from './methods/code-actions';
import { COMPLETION_TRIGGERS, registerCompletion } from './methods/completion';
import { registerConfig } from './methods/config';
import { registerDiagnostics } from './methods/diagnostics';
import { registerErrors } from './methods/errors';
import { registerDocumentLinks } from './methods/document-links';
import { registerFacts } from './methods/facts';
import { registerHover } from './methods/hover';
import { registerInlayHints } from './methods/inlay-hints';
import { registerSmokeFiles } from './methods/smoke-files';
import { registerSplitStage } from './methods/split-stage';
import { registerStack } from './methods/stack';
import { createSession } from './session';

/** Serves one client over the connection that `connect` makes, until it says `exit`. */
export function startServer(connect: (options: ConnectionOptions) => Connection, platform: Platform): void {
  const inbox = new Inbox(() => platform.nextTurn());
  const connection = connect(inbox.options);
  const documents = new TextDocuments(TextDocument);

  connection.onInitialize((params): InitializeResult => {
    const session = createSession(connection, documents, params, platform, inbox);
    for (const register of [registerDiagnostics, registerCodeActions, registerChanges, registerConfig, registerSmokeFiles, registerStack, registerErrors, registerFacts, registerCompletion, registerDocumentLinks, registerHover, registerInlayHints, registerChangeCuda, registerSplitStage]) register(session);
    return {
      serverInfo: { name: 'TensorRT Containers' },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        completionProvider: { triggerCharacters: COMPLETION_TRIGGERS, resolveProvider: true },
        documentLinkProvider: {},
        hoverProvider: true,
        inlayHintProvider: true,
        codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite, FIX_ALL] },
        ...(session.features.pullsDiagnostics && {
          diagnosticProvider: { identifier: 'tensorrt', interFileDependencies: true, workspaceDiagnostics: false },
        }),
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });

  documents.listen(connection);
  connection.listen();
}
