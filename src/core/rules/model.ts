import type { ComposeProject, ComposeService } from '../compose/model';
import type { BuiltImage } from '../build/interpret';
import type { Devcontainer } from '../devcontainer/model';
import type { Evidence } from '../facts/evidence';
import type { Message } from '../l10n/message';
import type { StackReport, StageStack } from '../stack/model';
import type { Target, TargetSource } from '../target/model';
import type { FileEdit } from '../text/edit';
import type { Location } from '../text/range';

/** error: fails as written. warning: fails on some machine or some day. information: worth knowing. hint: style of the fix. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

export type RuleFamily = 'image' | 'cuda' | 'cudnn' | 'tensorrt' | 'frameworks' | 'environment' | 'build' | 'compose' | 'devcontainer' | 'suppression';

/** The kind of file that a rule speaks of. */
export type RuleSubject = 'dockerfile' | 'compose' | 'devcontainer';

/** A change that removes a finding. */
export interface Fix {
  /** Imperative and exact: `Pin libnvinfer8 to 8.4.3-1+cuda11.6`. */
  readonly title: Message;
  /** Safe to apply without asking: changes nothing that the author may have meant otherwise. Taken by "fix all". */
  readonly safe: boolean;
  readonly edits: readonly FileEdit[];
}

export interface Related {
  readonly location: Location;
  readonly message: Message;
}

/** What a check hands in; the engine makes a Finding of it. */
export interface Report<MessageId extends string = string> {
  readonly messageId: MessageId;
  /** Values of the message's `{placeholders}`. */
  readonly data?: Message['data'];
  readonly location: Location;
  /** Stronger or weaker than the rule's own. */
  readonly severity?: Severity;
  readonly evidence?: readonly Evidence[];
  readonly related?: readonly Related[];
  /** The preferred one first. */
  readonly fixes?: readonly Fix[];
}

export interface Finding {
  /** Set on one that repeats, where the Dockerfile has a file read, a finding in that file: the place of that finding. */
  readonly echoOf?: Location;
  readonly rule: string;
  readonly messageId: string;
  /** The message for other languages: the rule's template and the values of its `{placeholders}`. */
  readonly text: Message;
  /** The message in English. */
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

interface AnyContext<MessageId extends string> {
  readonly report: (report: Report<MessageId>) => void;
  /** Where the image must run; empty when nobody said. */
  readonly targets: readonly Target[];
}

export interface RuleContext<MessageId extends string = string> extends AnyContext<MessageId> {
  readonly stack: StackReport;
}

/** The image that a container is made of: pulled, or built from a Dockerfile that could be read. */
export interface ContainerImage {
  readonly stack: StackReport;
  /** The stage that the container is made of. */
  readonly stage: StageStack;
  /** Undefined for an image that is pulled. */
  readonly built: BuiltImage | undefined;
}

export interface ComposeContext<MessageId extends string = string> extends AnyContext<MessageId> {
  readonly project: ComposeProject;
  /** The image of a service; undefined when nothing is known of it. */
  readonly imageOf: (service: ComposeService) => ContainerImage | undefined;
}

export interface DevcontainerContext<MessageId extends string = string> extends AnyContext<MessageId> {
  readonly devcontainer: Devcontainer;
  /** Undefined when nothing is known of it. */
  readonly image: ContainerImage | undefined;
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
  /** The kind of file that its examples are; a Dockerfile where nothing is said. */
  readonly subject?: RuleSubject;
  /** One sentence for lists: what is flagged. */
  readonly summary: string;
  /** Text with `{placeholders}`, by id. First says what is wrong, then what happens. */
  readonly messages: Readonly<Record<MessageId, string>>;
  /** Markdown for the rule's page. */
  readonly docs: { readonly what: string; readonly why: string; readonly instead: string; readonly silent?: string };
  readonly examples: readonly RuleExample[];
}

/** A rule on Dockerfiles, and on the images that other files name. */
export interface Rule<MessageId extends string = string> extends RuleInfo<MessageId> {
  readonly subject?: 'dockerfile';
  check(context: RuleContext<MessageId>): void;
}

export interface ComposeRule<MessageId extends string = string> extends RuleInfo<MessageId> {
  readonly subject: 'compose';
  check(context: ComposeContext<MessageId>): void;
}

export interface DevcontainerRule<MessageId extends string = string> extends RuleInfo<MessageId> {
  readonly subject: 'devcontainer';
  check(context: DevcontainerContext<MessageId>): void;
}

export type AnyRule = Rule | ComposeRule | DevcontainerRule;

/** Gives a rule its types: message ids are taken from `messages`. */
export function defineRule<MessageId extends string>(rule: Rule<MessageId>): Rule {
  return rule;
}

/** As `defineRule`, for a rule on Compose files. */
export function defineComposeRule<MessageId extends string>(rule: Omit<ComposeRule<MessageId>, 'subject' | 'family'>): ComposeRule {
  return { ...rule, subject: 'compose', family: 'compose' };
}

/** As `defineRule`, for a rule on devcontainer.json. */
export function defineDevcontainerRule<MessageId extends string>(rule: Omit<DevcontainerRule<MessageId>, 'subject' | 'family'>): DevcontainerRule {
  return { ...rule, subject: 'devcontainer', family: 'devcontainer' };
}
