import { assistantTools } from '../../core/assistant/tools';

/** Runs one of the assistant's tools; `open` reads a file of the workspace. Rejects with a sentence for the model. */
export async function runAssistantTool(
  name: string,
  input: Readonly<Record<string, unknown>>,
  open: (path: string) => Promise<{ readonly text: string; readonly file: string } | undefined>,
): Promise<string> {
  const tool = assistantTools.find((one) => one.name === name);
  if (tool === undefined) throw new Error(`There is no tool ${name}.`);
  return tool.run(input, {
    open: async (path) => {
      const file = await open(path);
      return file && { ...file, options: {} };
    },
  });
}
