import type { Evidence } from '../facts/evidence';
import type { StackReport } from '../stack/model';
import type { Target, TargetSource } from '../target/model';
import type { FileEdit } from '../text/edit';
import type { Location } from '../text/range';

/** error: fails as written. warning: fails on some machine or some day. information: worth knowing. hint: style of the fix. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

export type RuleFamily = 'image' | 'cuda' | 'cudnn' | 'tensorrt' | 'frameworks' | 'environment' | 'build' | 'compose' | 'devcontainer' | 'suppression';

/** A change that removes a finding. */
export interface Fix {
  /** Imperative and exact: `Pin libnvinfer8 to 8.4.3-1+cuda11.6`. */
  readonly title: string;
  /** Safe to apply without asking: changes nothing that the author may have meant otherwise. Taken by "fix all". */
  readonly safe: boolean;
  readonly edits: readonly FileEdit[];
}

export interface Related {
  readonly location: Location;
  readonly message: string;
}

/** What a check hands in; the engine makes a Finding of it. */
export interface Report<MessageId extends string = string> {
  readonly messageId: MessageId;
  /** Values of the message's `{placeholders}`. */
  readonly data?: Readonly<Record<string, string>>;
  readonly location: Location;
  /** Stronger or weaker than the rule's own. */
  readonly severity?: Severity;
  readonly evidence?: readonly Evidence[];
  readonly related?: readonly Related[];
  /** The preferred one first. */
  readonly fixes?: readonly Fix[];
}

export interface Finding {
  readonly rule: string;
  readonly messageId: string;
  readonly data: Readonly<Record<string, string>>;
  readonly message: string;
  readonly severity: Severity;
  readonly location: Location;
  readonly evidence: readonly Evidence[];
  readonly related: readonly Related[];
  readonly fixes: readonly Fix[];
}

/**
 * A running example, shown on the rule's page and executed as a test.
 * `«…»` in a bad example marks each place where the rule must report, and nowhere else; the marks are taken out before
 * it runs. A good example must give no finding of this rule.
 */
export type RuleExample =
  | {
      readonly kind: 'bad';
      /** One line: the situation. */
      readonly title: string;
      readonly text: string;
      readonly messageId: string;
      readonly severity?: Severity;
      /** The whole text after the first fix of the first finding; must be given when the rule offers a fix here. */
      readonly fixed?: string;
      /** Further files of the build context, path to text. */
      readonly context?: Readonly<Record<string, string>>;
      /** Where the image must run, as in `.trtc.yaml`. */
      readonly targets?: readonly TargetSource[];
    }
  | {
      readonly kind: 'good';
      readonly title: string;
      readonly text: string;
      readonly context?: Readonly<Record<string, string>>;
      readonly targets?: readonly TargetSource[];
    };

export interface RuleContext<MessageId extends string = string> {
  readonly report: (report: Report<MessageId>) => void;
  readonly stack: StackReport;
  /** Where the image must run; empty when nobody said. */
  readonly targets: readonly Target[];
}

/** What there is to say of a rule; the engine's own checks (of suppression comments) are described by it too. */
export interface RuleInfo<MessageId extends string = string> {
  /** kebab-case, family first. */
  readonly id: string;
  /** Earlier ids: still accepted in settings and suppressions. */
  readonly aliases?: readonly string[];
  readonly family: RuleFamily;
  /** Severity when the evidence is complete. */
  readonly severity: Severity;
  /** One sentence for lists: what is flagged. */
  readonly summary: string;
  /** Text with `{placeholders}`, by id. First says what is wrong, then what happens. */
  readonly messages: Readonly<Record<MessageId, string>>;
  /** Markdown for the rule's page. */
  readonly docs: { readonly what: string; readonly why: string; readonly instead: string; readonly silent?: string };
  readonly examples: readonly RuleExample[];
}

export interface Rule<MessageId extends string = string> extends RuleInfo<MessageId> {
  check(context: RuleContext<MessageId>): void;
}

/** Gives a rule its types: message ids are taken from `messages`. */
export function defineRule<MessageId extends string>(rule: Rule<MessageId>): Rule {
  return rule;
}
