import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { MAX_LENGTH } from '../core/assistant/input';
import { ToolError, type AssistantFiles } from '../core/assistant/model';
import { assistantTools } from '../core/assistant/tools';
import { createDiskContext, createProjectContext, guessContextFolders } from './disk-context';
import { fileKind } from '../core/file-kind';
import { VERSION } from './version';

/** A character has four bytes at most. */
const MAX_BYTES = 4 * MAX_LENGTH;

/** What a client may tell its model of the whole. */
const INSTRUCTIONS =
  'Facts about CUDA, cuDNN, TensorRT, their images and packages, each with its source. Ask these tools instead of remembering versions: check a container file after writing it, read its stack before naming versions, propose a stack before choosing a base image. What they do not know they do not say.';

/** `trtc mcp`: serves the assistant's tools by the Model Context Protocol on standard input and output, until the client closes it. */
export function serveMcp(): void {
  serveStdio(() => createServer(createFiles(process.cwd())));
}

function createServer(files: AssistantFiles): McpServer {
  const server = new McpServer({ name: 'tensorrt-containers', title: 'TensorRT Containers', version: VERSION }, { capabilities: { tools: {} }, instructions: INSTRUCTIONS });
  for (const tool of assistantTools) {
    const inputSchema = fromJsonSchema<Record<string, unknown>>(tool.input);
    const annotations = { title: tool.title, readOnlyHint: true, openWorldHint: false };
    const outputSchema = tool.output && fromJsonSchema<Record<string, unknown>>(tool.output);
    server.registerTool(tool.name, { title: tool.title, description: tool.description, inputSchema, annotations, ...(outputSchema !== undefined && { outputSchema }) }, async (input) => {
      try {
        const text = await tool.run(input, files);
        return { content: [{ type: 'text' as const, text }], ...(outputSchema !== undefined && { structuredContent: JSON.parse(text) as Record<string, unknown> }) };
      } catch (error) {
        if (error instanceof ToolError) return { content: [{ type: 'text' as const, text: error.message }], isError: true };
        throw error;
      }
    });
  }
  return server;
}

/** Files below the folder that the server was started in; nothing outside it, not through `..` and not through a link. */
function createFiles(root: string): AssistantFiles {
  const inside = realpathSync(root);
  return {
    open(name) {
      const file = path.resolve(root, name);
      if (!existsSync(file)) return Promise.resolve(undefined);
      const real = realpathSync(file);
      if (!real.startsWith(inside + path.sep) || !statSync(real).isFile() || statSync(real).size > MAX_BYTES) return Promise.resolve(undefined);
      const folders = guessContextFolders(file);
      const options = fileKind(file) === 'dockerfile' ? { context: createDiskContext(folders) } : (createProjectContext(file, folders) ?? {});
      return Promise.resolve({ text: readFileSync(real, 'utf8'), file: path.relative(root, file), options });
    },
  };
}
