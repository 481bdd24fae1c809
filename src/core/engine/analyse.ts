import { readDockerfile, type DockerfileProblem } from '../dockerfile/read';
import type { Instruction } from '../dockerfile/model';
import { fileKind, type FileKind } from '../file-kind';
import { rules as allRules } from '../rules';
import type { Finding, Fix, Report, Rule, RuleInfo, Severity } from '../rules/model';
import type { ContextReader } from '../shell/installers/model';
import { interpret } from '../stack/interpret';
import type { StackReport } from '../stack/model';
import type { Overlay } from '../overlay/model';
import type { Target } from '../target/model';
import { formatMessage } from './message';
import { RuleRegistry } from './registry';
import { compareSeverity, findSetting, type RuleSettings } from './settings';
import { findClosest } from './spelling';
import { suppressionUnknownRule, suppressionUnused } from './suppression-rules';
import { applySuppressions, readDockerfileSuppressions, readLineSuppressions, type Suppression } from './suppressions';

export interface AnalysisOptions {
  /** The file's kind, where its name does not tell it. */
  readonly kind?: FileKind | undefined;
  /** Values of `--build-arg`. */
  readonly buildArgs?: ReadonlyMap<string, string> | undefined;
  /** The build context, where there is one at hand. */
  readonly context?: ContextReader | undefined;
  readonly settings?: RuleSettings | undefined;
  /** Where the image must run. */
  readonly targets?: readonly Target[] | undefined;
  /** An organisation's own images and facts. */
  readonly overlay?: Overlay | undefined;
  /** Told of a rule that threw; the others go on. */
  readonly onRuleError?: ((ruleId: string, error: unknown) => void) | undefined;
  /** Rules other than the project's own. */
  readonly rules?: readonly Rule[] | undefined;
}

/** What keeps a file from being analysed, as one sentence. */
export interface Problem {
  readonly code: DockerfileProblem['problem'] | 'no-from';
  readonly message: string;
}

const PROBLEMS: Readonly<Record<Problem['code'], string>> = {
  binary: 'This is no text file.',
  'too-large': 'The file is larger than 8 MB.',
  'no-instruction': 'This is no Dockerfile: no instruction that Docker knows is in it.',
  'no-from': 'This is no Dockerfile: it has no FROM instruction.',
};

export interface Analysis {
  readonly kind: FileKind | undefined;
  /** Those of the file itself in order of position, then those in files of the build context. */
  readonly findings: readonly Finding[];
  /** Undefined when the file is no Dockerfile, or of another kind. */
  readonly stack: StackReport | undefined;
  readonly problems: readonly Problem[];
}

/** The project's rules, the engine's own about suppression comments included. */
export const registry = new RuleRegistry([...allRules, suppressionUnused, suppressionUnknownRule]);

/** Analyses a file by the kind that its name tells; a kind that no rule knows gives no findings. Never throws. */
export function analyse(text: string, file: string, options: AnalysisOptions = {}): Analysis {
  const kind = options.kind ?? fileKind(file);
  return kind === 'dockerfile' ? analyseDockerfile(text, file, options) : { kind, findings: [], stack: undefined, problems: [] };
}

/** Reads a Dockerfile, interprets its stages and runs all rules. `file` is the name that findings carry. Never throws. */
export function analyseDockerfile(text: string, file: string, options: AnalysisOptions = {}): Analysis {
  const dockerfile = readDockerfile(text, file);
  if ('problem' in dockerfile) return createFailure(dockerfile.problem);
  if (dockerfile.stages.length === 0) return createFailure('no-from');
  const stack = interpret(dockerfile, { buildArgs: options.buildArgs, context: options.context, overlay: options.overlay });
  const rules = options.rules ?? allRules;
  const known = options.rules === undefined ? registry : new RuleRegistry([...rules, suppressionUnused, suppressionUnknownRule]);
  const instructions = [...dockerfile.globals, ...dockerfile.stages.flatMap((stage) => [stage.from, ...stage.instructions])];

  const reported = keepStrongest(runRules(rules, stack, options));
  const findings = order(suppress(reported, text, file, instructions, stack, known), [file, ...stack.files.keys()]);
  return { kind: 'dockerfile', findings: applySettings(findings, options.settings, known), stack, problems: [] };
}

function createFailure(code: Problem['code']): Analysis {
  return { kind: 'dockerfile', findings: [], stack: undefined, problems: [{ code, message: PROBLEMS[code] }] };
}

function runRules(rules: readonly Rule[], stack: StackReport, { targets = [], onRuleError }: AnalysisOptions): Finding[] {
  const findings: Finding[] = [];
  for (const rule of rules) {
    try {
      rule.check({ stack, targets, report: (report) => findings.push(createFinding(rule, report)) });
    } catch (error) {
      onRuleError?.(rule.id, error);
    }
  }
  return findings;
}

function createFinding(rule: RuleInfo, report: Report): Finding {
  const data = report.data ?? {};
  return {
    rule: rule.id,
    messageId: report.messageId,
    data,
    message: formatMessage(rule.messages[report.messageId] ?? report.messageId, data),
    severity: report.severity ?? rule.severity,
    location: report.location,
    evidence: report.evidence ?? [],
    related: report.related ?? [],
    fixes: report.fixes ?? [],
  };
}

/** One finding for a rule and range: stages that share an instruction report it several times. */
function keepStrongest(findings: readonly Finding[]): Finding[] {
  const strongest = new Map<string, Finding>();
  for (const finding of findings) {
    const { file, range } = finding.location;
    const key = `${finding.rule} ${range.start} ${range.end} ${file}`;
    const other = strongest.get(key);
    if (other === undefined || compareSeverity(finding.severity, other.severity) > 0) strongest.set(key, finding);
  }
  return [...strongest.values()];
}

/** Takes out what comments suppress, and adds what is wrong with the comments of the file itself. */
function suppress(
  findings: readonly Finding[],
  text: string,
  file: string,
  instructions: readonly Instruction[],
  stack: StackReport,
  known: RuleRegistry,
): readonly Finding[] {
  const own = readDockerfileSuppressions(text, instructions);
  const byFile = new Map<string, readonly Suppression[]>();
  if (own.length > 0) byFile.set(file, own);
  for (const [name, content] of stack.files) {
    const suppressions = readLineSuppressions(content);
    if (suppressions.length > 0) byFile.set(name, suppressions);
  }
  const used = new Set<Suppression>();
  const kept = applySuppressions(findings, byFile, known, used);
  if (own.length === 0) return kept;
  const faults = own.flatMap((suppression) => reportFault(suppression, file, used, known));
  return [...kept, ...applySuppressions(faults, byFile, known, used)];
}

function reportFault(suppression: Suppression, file: string, used: ReadonlySet<Suppression>, known: RuleRegistry): Finding[] {
  const { name, range, removal } = suppression;
  const location = { file, range };
  const remove: Fix = { title: 'Remove the suppression', safe: false, edits: [{ file, range: removal, newText: '' }] };
  const rules = known.find(name);
  if (rules.length === 0) {
    const closest = findClosest(name, known.names);
    if (closest === undefined) {
      return [createFinding(suppressionUnknownRule, { messageId: 'unknown', data: { name }, location, fixes: [remove] })];
    }
    const rename: Fix = { title: `Write ${closest}`, safe: false, edits: [{ file, range, newText: closest }] };
    return [createFinding(suppressionUnknownRule, { messageId: 'misspelt', data: { name, closest }, location, fixes: [rename] })];
  }
  if (used.has(suppression) || rules.some(({ family }) => family === 'suppression')) return [];
  return [createFinding(suppressionUnused, { messageId: 'unused', data: { rule: name }, location, fixes: [remove] })];
}

function applySettings(findings: readonly Finding[], settings: RuleSettings | undefined, known: RuleRegistry): readonly Finding[] {
  if (settings === undefined) return findings;
  const severities = new Map<string, Severity | 'off' | undefined>(known.rules.map((rule) => [rule.id, findSetting(settings, rule)]));
  return findings.flatMap((finding) => {
    const severity = severities.get(finding.rule);
    if (severity === 'off') return [];
    return severity === undefined ? finding : { ...finding, severity };
  });
}

/** By file in the order of `files`, then by place, then by rule. */
function order(findings: readonly Finding[], files: readonly string[]): readonly Finding[] {
  const ranks = new Map(files.map((file, rank) => [file, rank]));
  const rank = ({ location }: Finding): number => ranks.get(location.file) ?? files.length;
  return [...findings].sort(
    (a, b) =>
      rank(a) - rank(b) ||
      a.location.range.start - b.location.range.start ||
      a.location.range.end - b.location.range.end ||
      (a.rule < b.rule ? -1 : 1),
  );
}
