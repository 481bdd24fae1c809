import { Disposable, type ExtensionContext } from 'vscode';
import { afterActivation } from '../after-activation';
import { registerChangeCuda } from './change-cuda';
import { registerExplainRule } from './explain-rule';
import { registerFixAll } from './fix-all';
import { registerRestartServer } from './restart-server';
import { registerShowOutput } from './show-output';
import { registerShowStack } from './show-stack';
import { registerSplitStage } from './split-stage';
import { showStatus } from './status';
import type { LanguageServer } from './server';

/** Registers the commands that need the language server alone. */
export function registerLanguage(context: ExtensionContext, server: LanguageServer): Disposable {
  return Disposable.from(
    server,
    registerChangeCuda(server),
    registerExplainRule(context),
    registerFixAll(),
    registerRestartServer(server),
    registerShowOutput(server),
    registerShowStack(server),
    registerSplitStage(server),
    afterActivation(() => showStatus(server)),
  );
}
