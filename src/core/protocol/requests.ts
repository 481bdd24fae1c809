import type { StackOutput } from '../engine/stack-output';

/**
 * What the language server and its client say to each other beyond the Language Server Protocol.
 * Both sides import this file and share nothing else.
 */

/** Sent by the client with `initialize`; each part may be left out by an editor that has no use for it. */
export interface InitializationOptions {
  /** URI of the folder that holds the rules' pages, `<rule id>.md`; the link of a diagnostic's code. */
  readonly rulePages?: string;
  /** A command of the client that shows the page of a rule, given its id. Without it no "Explain" action is offered. */
  readonly explainCommand?: string;
  /** False: another extension completes and checks `.trtc.yaml` by its schema. */
  readonly completesConfig?: boolean;
}

/** What each stage of a document contains. Parameters: `{ textDocument: { uri } }`; answer: `StackAnswer`. */
export const STACK_REQUEST = 'tensorrt/stack';

export interface StackParams {
  readonly textDocument: { readonly uri: string };
}

/** As `trtc stack --json`, with URIs as file names; null for a document that is no Dockerfile. */
export type StackAnswer = StackOutput | null;

/** The facts that the server judges by. No parameters; answer: `FactsAnswer`. */
export const FACTS_REQUEST = 'tensorrt/facts';

export interface FactsAnswer {
  /** ISO date: every table was compared with its sources on that day or later. */
  readonly checked: string;
  readonly tables: number;
  readonly rows: number;
}
