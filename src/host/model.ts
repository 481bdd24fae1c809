import type { Message, Text as Words } from '../core/l10n/message';

/** A sentence with `{placeholders}`, to be put together by formatText of core, in whatever language. */
export type Text = Message;

export type ProbeState = 'ok' | 'warn' | 'fail' | 'unknown' | 'not-applicable';

/** Lines of a program's answer or of a file that a finding rests on. */
export interface Quote {
  /** The command or the path. */
  readonly from: string;
  /** Strings are words of the program or the file; what we say of it is a message. */
  readonly lines: readonly Words[];
}

/** What mends it: a reason, and commands to copy. They are shown and never run. */
export interface Remedy {
  readonly text: Text;
  readonly commands: readonly string[];
}

/** What a probe says of the host. */
export interface Finding {
  readonly id: string;
  readonly state: ProbeState;
  readonly title: Text;
  readonly details: readonly Text[];
  readonly evidence: readonly Quote[];
  readonly remedies: readonly Remedy[];
  /** URLs. */
  readonly sources: readonly string[];
}

/** The parts of a finding that are not always there. */
export interface FindingParts {
  readonly details?: readonly Text[];
  readonly evidence?: readonly Quote[];
  readonly remedies?: readonly Remedy[];
  readonly sources?: readonly string[];
}

/** What a probe answers, before its id is put to it. */
export type Verdict = Omit<Finding, 'id'>;

/** A sentence; `data` takes the place of its `{placeholders}`. */
export function say(template: string, data: Message['data'] = {}): Text {
  return { template, data };
}

/** A verdict. */
export function verdict(state: ProbeState, title: Text, parts: FindingParts = {}): Verdict {
  return { state, title, details: parts.details ?? [], evidence: parts.evidence ?? [], remedies: parts.remedies ?? [], sources: parts.sources ?? [] };
}

/** A remedy. */
export function remedy(text: Text, ...commands: readonly string[]): Remedy {
  return { text, commands };
}
