import type { AnalysisOptions } from '../engine/analyse';

/** What a tool may read: a file that the assistant names, with what the engine is given besides its text. */
export interface AssistantFiles {
  /** Undefined for a file that is not there, or that the assistant may not read. */
  open(path: string): Promise<{ readonly text: string; readonly file: string; readonly options: AnalysisOptions } | undefined>;
}

/** A JSON schema of an object whose members are texts, numbers, truth values or lists of texts. */
export interface InputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, { readonly type: 'string' | 'number' | 'boolean' | 'array'; readonly description: string; readonly items?: { readonly type: 'string' }; readonly enum?: readonly string[] }>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** What the text of a tool is as JSON: an object with these members, without their own members. */
export interface OutputSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, { readonly type: 'number' | 'array'; readonly description: string; readonly items?: { readonly type: 'object' } }>>;
  readonly required: readonly string[];
}

/** A tool for language models: what it is for, what goes in, and text that comes out. */
export interface AssistantTool {
  /** `tensorrt_explain_finding`. */
  readonly name: string;
  readonly title: string;
  /** Tells a model when to call it and what it gets. */
  readonly description: string;
  readonly input: InputSchema;
  /** Set where the text is JSON. */
  readonly output?: OutputSchema;
  /** Text for the model. Throws ToolError with a sentence that a model can act upon. */
  run(input: Readonly<Record<string, unknown>>, files: AssistantFiles): string | Promise<string>;
}

/** The call cannot be answered; the message says what to do instead. */
export class ToolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ToolError';
  }
}
