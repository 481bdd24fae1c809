import { Disposable, LanguageModelTextPart, LanguageModelToolResult, lm, Uri, workspace } from 'vscode';
import { loadSharedFeatures } from '../load-shared';

/** The names in contributes.json; the tools themselves are loaded when a model calls one. */
const TOOLS = ['tensorrt_explain_finding', 'tensorrt_check_file', 'tensorrt_read_stack', 'tensorrt_propose_stack', 'tensorrt_describe_image', 'tensorrt_decode_error'];

/** The parts of VS Code's API for language models that are needed; older versions than 1.95 have none. */
interface LanguageModels {
  registerTool?(name: string, tool: { invoke(options: { readonly input: Record<string, unknown> }): Promise<unknown> }): Disposable;
}
declare module 'vscode' {
  const LanguageModelToolResult: (new (parts: unknown[]) => unknown) | undefined;
  const LanguageModelTextPart: (new (text: string) => unknown) | undefined;
}

/** Offers the engine to language models as tools. */
export function registerAssistant(): Disposable {
  const [register, Result, Text] = [(lm as LanguageModels).registerTool?.bind(lm), LanguageModelToolResult, LanguageModelTextPart];
  if (register === undefined || Result === undefined || Text === undefined) return new Disposable(() => undefined);
  return Disposable.from(
    ...TOOLS.map((name) =>
      register(name, {
        // An error's message goes to the model, which can then ask better.
        invoke: async ({ input }) => new Result([new Text(await (await loadSharedFeatures()).runAssistantTool(name, input, openWorkspaceFile))]),
      }),
    ),
  );
}

/** A file of the workspace by its path, from a folder of it or absolute; nothing outside of it. */
async function openWorkspaceFile(path: string): Promise<{ readonly text: string; readonly file: string } | undefined> {
  for (const folder of workspace.workspaceFolders ?? []) {
    // joinPath takes `..` away, of both.
    const uri = Uri.joinPath(path.startsWith('/') ? folder.uri.with({ path: '/' }) : folder.uri, path);
    if (!uri.path.startsWith(`${folder.uri.path}/`)) continue;
    try {
      return { text: (await workspace.openTextDocument(uri)).getText(), file: workspace.asRelativePath(uri) };
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
