import { registry } from '../../core/engine/analyse';
import { renderRulePage } from '../../core/engine/page';
import { formatText } from '../../core/l10n/message';
import type { Finding, RuleInfo, Severity } from '../../core/rules/model';
import { Spans, type Reporter, type Span } from '../lint-result';
import { VERSION } from '../version';
import { describeEvidence } from './json';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'note', hint: 'note' };

/** SARIF 2.1.0, as code scanning services take it in. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export const reportSarif: Reporter = ({ findings, texts, failures }) => {
  const spans = new Spans(texts);
  const rules = registry.rules.filter(({ id }) => findings.some(({ rule }) => rule === id));
  const run = {
    tool: { driver: { name: 'trtc', version: VERSION, rules: rules.map(describeRule) } },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: failures.length === 0,
        toolExecutionNotifications: failures.map((text) => ({ level: 'error', message: { text } })),
      },
    ],
    results: findings.map((finding) => describeResult(finding, rules, spans)),
  };
  return `${JSON.stringify({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] }, undefined, 2)}\n`;
};

function describeRule(rule: RuleInfo): object {
  return {
    id: rule.id,
    shortDescription: { text: rule.summary },
    fullDescription: { text: rule.docs.what },
    help: { text: `${rule.docs.why}\n\n${rule.docs.instead}`, markdown: renderRulePage(rule) },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: { tags: [rule.family] },
  };
}

function describeResult(finding: Finding, rules: readonly RuleInfo[], spans: Spans): object {
  const { rule, severity, message, location, evidence, related, fixes } = finding;
  return {
    ruleId: rule,
    ruleIndex: rules.findIndex(({ id }) => id === rule),
    level: LEVELS[severity],
    message: { text: message },
    locations: [{ physicalLocation: describePlace(location.file, spans.find(location.file, location.range)) }],
    relatedLocations: related.map((other, id) => ({
      id,
      physicalLocation: describePlace(other.location.file, spans.find(other.location.file, other.location.range)),
      message: { text: formatText(other.message) },
    })),
    fixes: fixes.map(({ title, edits }) => ({
      description: { text: formatText(title) },
      artifactChanges: [...new Set(edits.map(({ file }) => file))].map((file) => ({
        artifactLocation: { uri: toUri(file) },
        replacements: edits
          .filter((edit) => edit.file === file)
          .map(({ range, newText }) => ({ deletedRegion: describeRegion(spans.find(file, range)), insertedContent: { text: newText } })),
      })),
    })),
    properties: { evidence: evidence.map(describeEvidence) },
  };
}

function describePlace(file: string, span: Span): object {
  return { artifactLocation: { uri: toUri(file) }, region: describeRegion(span) };
}

function describeRegion({ line, column, endLine, endColumn }: Span): object {
  return { startLine: line, startColumn: column, endLine, endColumn };
}

/** A relative path stays relative, so that the service resolves it against the repository. */
function toUri(file: string): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return file.startsWith('/') ? `file://${path}` : path;
}
