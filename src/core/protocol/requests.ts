import type { StackOutput } from '../engine/stack-output';
import type { Position } from '../text/line-index';

/**
 * What the language server and its client say to each other beyond the Language Server Protocol.
 * Both sides import this file and share nothing else.
 */

/** Sent by the client with `initialize`; each part may be left out by an editor that has no use for it. */
export interface InitializationOptions {
  /** What is said in the language of the client, by the English text. Without it, and in English, the server goes by `locale`. */
  readonly translations?: Readonly<Record<string, string>>;
  /** URI of the folder that holds the rules' pages, `<rule id>.md`; the link of a diagnostic's code. */
  readonly rulePages?: string;
  /** A command of the client that shows the page of a rule, given its id. Without it no "Explain" action is offered. */
  readonly explainCommand?: string;
  /** A command of the client that changes the CUDA version of the file with a given URI. Without it no such action is offered. */
  readonly changeCudaCommand?: string;
  /** A command of the client that takes the stage at a line of a Dockerfile apart, given URI and line. Without it no such action is offered. */
  readonly splitStageCommand?: string;
  /** False: another extension completes and describes config files and smoke files by their schemas. */
  readonly completesConfig?: boolean;
}

/** What each stage of a document contains. Parameters: `{ textDocument: { uri } }`; answer: `StackAnswer`. */
export const STACK_REQUEST = 'tensorrt/stack';

export interface StackParams {
  readonly textDocument: { readonly uri: string };
}

/** As `trtc stack --json`, with URIs as file names; null for a document that is no Dockerfile. */
export type StackAnswer = StackOutput | null;

/**
 * Asked by a server that reaches no disk of its own: what lies at places of the workspace. Parameters: `FilesParams`;
 * answer: `FilesAnswer`.
 */
export const FILES_REQUEST = 'tensorrt/files';

export interface FilesParams {
  readonly uris: readonly string[];
  /** Of larger files the text is left out. */
  readonly maxSizeBytes: number;
}

/** In the order of the URIs; null where there is nothing. */
export type FilesAnswer = readonly (FileAnswer | null)[];

export interface FileAnswer {
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
  readonly sizeBytes: number;
  /** Of a file; without it when it is too large or no text in UTF-8. */
  readonly text?: string;
  /** Of a folder: the names in it. */
  readonly names?: readonly string[];
}

/** The facts that the server judges by. No parameters; answer: `FactsAnswer`. */
export const FACTS_REQUEST = 'tensorrt/facts';

export interface FactsAnswer {
  /** ISO date: every table was compared with its sources on that day or later. */
  readonly checked: string;
  readonly tables: number;
  readonly rows: number;
}

/** Files with another CUDA. Parameters: `ChangeCudaParams`; answer: `ChangeCudaAnswer`. Nothing is written. */
export const CHANGE_CUDA_REQUEST = 'tensorrt/changeCuda';

export interface ChangeCudaParams {
  readonly uris: readonly string[];
  /** `12.4`; without it the answer tells only which versions and files there are. */
  readonly cuda?: string;
  /** Stages in which something would not fit keep the CUDA that they have, where that helps. */
  readonly leaveStages?: boolean;
}

export interface ChangeCudaAnswer {
  /** CUDA versions with images, newest first. */
  readonly versions: readonly string[];
  /** Of those asked for the files that have a CUDA to change, with the CUDA of their images. */
  readonly files: readonly { readonly uri: string; readonly cuda: readonly string[] }[];
  /** By URI of the files that change. */
  readonly edits: Readonly<Record<string, readonly LspEdit[]>>;
  readonly images: readonly { readonly before: string; readonly after: string }[];
  /** Images for which no tag with that CUDA is known. */
  readonly kept: readonly string[];
  /** Sentences on what the images bring besides the CUDA. */
  readonly notes: readonly string[];
  /** Where something does not fit: the file, and messages of findings that no fix removes. */
  readonly conflicts: readonly { readonly uri: string; readonly messages: readonly string[] }[];
  /** The CUDA version nearest to the wished one with which all fits in all files; none where there is no conflict. */
  readonly nearest?: string;
  /** Stages that would have to stay as they are for the rest to fit; with `leaveStages` those that do. */
  readonly stages: readonly string[];
}

/** An edit as in the Language Server Protocol. */
export interface LspEdit {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly newText: string;
}

/** A stage taken apart into one that builds and one that runs. Nothing is written. Answer: `SplitStageAnswer`. */
export const SPLIT_STAGE_REQUEST = 'tensorrt/splitStage';

export interface SplitStageParams {
  readonly textDocument: { readonly uri: string };
  /** Somewhere in the stage. */
  readonly position: Position;
}

/** Why the stage stays as it is, or the change; null for a document that cannot be read. All texts are in the client's language. */
export type SplitStageAnswer =
  | { readonly refusal: string }
  | {
      readonly edits: readonly LspEdit[];
      /** Name of the stage that builds. */
      readonly build: string;
      readonly image: string;
      /** What was done, a sentence each. */
      readonly done: readonly string[];
      /** What nobody but the user can know, a sentence each. */
      readonly check: readonly string[];
    }
  | null;

/** Findings of severity error in a Dockerfile and what it reads, asked for before it is built. Answer: `ErrorsAnswer`. */
export const ERRORS_REQUEST = 'tensorrt/errors';

export interface ErrorsParams {
  readonly textDocument: { readonly uri: string };
}

/** Positions as in the Language Server Protocol. Empty for a document that is no Dockerfile. */
export type ErrorsAnswer = readonly {
  readonly rule: string;
  readonly message: string;
  readonly uri: string;
  readonly range: { readonly start: Position; readonly end: Position };
}[];
