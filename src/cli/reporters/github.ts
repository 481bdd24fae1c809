import { formatText } from '../../core/l10n/message';
import type { Severity } from '../../core/rules/model';
import { Spans, type Reporter } from '../lint-result';

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'notice', hint: 'notice' };

/**
 * Workflow commands of GitHub Actions, which show findings beside the changed lines.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export const reportGithub: Reporter = ({ findings, texts }) => {
  const spans = new Spans(texts);
  const lines = findings.map(({ severity, location, rule, message, evidence }) => {
    const { line, column, endLine, endColumn } = spans.find(location.file, location.range);
    // Columns are honoured only within one line.
    const columns = line === endLine ? { col: column, endColumn } : {};
    const properties = Object.entries({ file: location.file, line, endLine, ...columns, title: rule }).map(([name, value]) => `${name}=${escapeProperty(String(value))}`);
    const facts = evidence.map(({ fact, source }) => `\n${formatText(fact)} (${source})`).join('');
    return `::${COMMANDS[severity]} ${properties.join(',')}::${escapeData(message + facts)}\n`;
  });
  return lines.join('');
};

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
