import { l10n } from 'vscode';
import { formatDecoded, type DecodedError } from '../../core/decode/decode-error';
import { toMarkdownBlock, toMarkdownLine } from '../../host';

/** The known errors of a text as a page: for each the line, the cause, what to check, what mends it, and where that is known from. */
export function renderDecoded(errors: readonly DecodedError[]): string {
  const count = errors.length === 1 ? l10n.t('One known error') : l10n.t('{0} known errors', errors.length);
  return [`# ${count}`, ...errors.map(renderError)].join('\n\n');
}

function renderError(error: DecodedError): string {
  const { cause, checks, remedies } = formatDecoded(error, l10n.bundle);
  const list = (title: string, items: readonly string[]): readonly string[] => (items.length === 0 ? [] : [`### ${title}`, items.map((item) => `- ${toMarkdownLine(item)}`).join('\n')]);
  return [
    `## ${toMarkdownLine(error.tool)}: ${toMarkdownLine(phaseOf(error))}`,
    toMarkdownBlock(error.line),
    ...(error.times > 1 ? [l10n.t('It is there {0} times.', error.times)] : []),
    toMarkdownLine(cause),
    ...list(l10n.t('Check'), checks),
    ...list(l10n.t('Mend'), remedies),
    `### ${l10n.t('Sources')}`,
    error.sources.map((source) => `- <${source}>`).join('\n'),
    `_${l10n.t('{0}, checked {1}', error.id, error.checked)}_`,
  ].join('\n\n');
}

function phaseOf({ phase, severity }: DecodedError): string {
  const isError = severity === 'error';
  switch (phase) {
    case 'build':
      return isError ? l10n.t('error during the build') : l10n.t('warning during the build');
    case 'install':
      return isError ? l10n.t('error during an installation') : l10n.t('warning during an installation');
    case 'run':
      return isError ? l10n.t('error when a container runs') : l10n.t('warning when a container runs');
  }
}
