import type { Evidence } from '../../core/facts/evidence';
import { formatText } from '../../core/l10n/message';
import type { Finding } from '../../core/rules/model';
import { Spans, countSeverities, type Reporter } from '../lint-result';

/** The contract of `--format json`; media/schemas/lint-output.schema.json describes it. */
export const reportJson: Reporter = ({ files, findings, texts }) => {
  const spans = new Spans(texts);
  const { error, warning, information } = countSeverities(findings);
  const output = {
    version: 1,
    findings: findings.map((finding) => describeFinding(finding, spans)),
    summary: { files, errors: error, warnings: warning, information },
  };
  return `${JSON.stringify(output, undefined, 2)}\n`;
};

/** A cited fact, in English. */
export function describeEvidence({ fact, source, checked }: Evidence): object {
  return { fact: formatText(fact), source, checked };
}

function describeFinding({ location, rule, severity, message, evidence, related, fixes }: Finding, spans: Spans): object {
  return {
    file: location.file,
    rule,
    severity,
    ...spans.find(location.file, location.range),
    message,
    evidence: evidence.map(describeEvidence),
    related: related.map((other) => ({
      file: other.location.file,
      line: spans.find(other.location.file, other.location.range).line,
      message: formatText(other.message),
    })),
    fixes: fixes.map(({ title, safe, edits }) => ({
      title: formatText(title),
      safe,
      edits: edits.map(({ file, range, newText }) => ({ file, ...spans.find(file, range), newText })),
    })),
  };
}
