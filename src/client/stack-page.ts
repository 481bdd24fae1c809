import { l10n, Uri } from 'vscode';
import type { StackOutput, StageOutput } from '../core/engine/stack-output';

/** The stack of a Dockerfile as a Markdown page, each component linked to the line that brought it. */
export function renderStack({ stages }: StackOutput): string {
  if (stages.length === 0) return l10n.t('This file has no stage: a stage begins with FROM.');
  return stages.map(renderStage).join('\n');
}

function renderStage({ name, index, from, line, components }: StageOutput): string {
  const title = name === null ? l10n.t('Stage {0}', index) : l10n.t('Stage {0}: {1}', index, name);
  const head = `## ${escape(title)}\n\n\`FROM ${from}\` (${l10n.t('line {0}', line)})\n`;
  if (components.length === 0) return `${head}\n${l10n.t('Nothing is known of its GPU stack.')}\n`;
  const columns = [l10n.t('Component'), l10n.t('Version'), l10n.t('For CUDA'), l10n.t('Brought by'), l10n.t('Certainty'), l10n.t('Line')];
  const rows = components.map(({ kind, version, cuda, name: brought, certainty, file, line: at }) => [
    kind,
    version ?? '?',
    cuda ?? '',
    brought,
    certainty,
    `[${fileName(file)}:${at}](${Uri.parse(file).with({ fragment: `L${at}` }).toString()})`,
  ]);
  return `${head}\n${[columns, columns.map(() => '--'), ...rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : escape(cell))))]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')}\n`;
}

function fileName(uri: string): string {
  return escape(Uri.parse(uri).path.split('/').at(-1) ?? '');
}

/** Text that Markdown shows as it is. */
function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, '\\$&');
}
