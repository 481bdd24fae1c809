import { l10n, Uri } from 'vscode';
import type { ComponentOutput, StackOutput, StageOutput } from '../../core/engine/stack-output';
import { formatText } from '../../core/l10n/message';
import { nameComponent } from '../../core/stack/component-names';
import { nameVersion } from '../stack/words';

/** Text of a page that stands for a line, counted from 1, of a file. */
export interface PageLink {
  readonly start: number;
  readonly end: number;
  readonly file: Uri;
  readonly line: number;
}

/** Text for an editor, with what is to be a link in it. */
export interface Page {
  readonly text: string;
  readonly links: readonly PageLink[];
}

/** The stack of a Dockerfile: a table for each stage, each row beginning with the place that brought the component. */
export function renderStack({ stages }: StackOutput, dockerfile: Uri): Page {
  if (stages.length === 0) return { text: l10n.t('This file has no stage: a stage begins with FROM.'), links: [] };
  let text = '';
  const links: PageLink[] = [];
  // The place comes first: it stays in sight however narrow the editor is.
  const place = (file: Uri, line: number, width = 0): void => {
    const start = text.length;
    text += nameOf(file, line);
    links.push({ start, end: text.length, file, line });
    text += ' '.repeat(Math.max(0, start + width - text.length) + 2);
  };
  for (const stage of stages) {
    if (text !== '') text += '\n';
    place(dockerfile, stage.line);
    text += `${titleOf(stage)}\n\n`;
    if (stage.components.length === 0) text += `  ${l10n.t('Nothing is known of its GPU stack.')}\n`;
    const rows = stage.components.map((component) => [formatText(nameComponent(component.kind, component.name), l10n.bundle), versionOf(component), originOf(component)] as const);
    const width = (cells: readonly string[]): number => Math.max(...cells.map(({ length }) => length));
    const names = width(rows.map(([name]) => name));
    const versions = width(rows.map(([, version]) => version));
    const places = width(stage.components.map(({ file, line }) => nameOf(Uri.parse(file), line)));
    stage.components.forEach(({ file, line }, i) => {
      const [name = '', version = '', origin = ''] = rows[i] ?? [];
      text += '  ';
      place(Uri.parse(file), line, places);
      text += `${name.padEnd(names)}  ${version.padEnd(versions)}  ${origin}\n`;
    });
  }
  return { text, links };
}

function nameOf(file: Uri, line: number): string {
  return `${file.path.split('/').at(-1)}:${line}`;
}

function titleOf({ name, index, from }: StageOutput): string {
  return name === null ? l10n.t('Stage {0}, from {1}', index, from) : l10n.t('Stage {0} ({1}), from {2}', index, name, from);
}

function versionOf(component: ComponentOutput): string {
  const { cuda, certainty } = component;
  const version = nameVersion(component) ?? '?';
  const notes = [...(cuda === null ? [] : [l10n.t('for CUDA {0}', cuda)]), ...(certainty === 'assumed' ? [l10n.t('assumed')] : [])];
  return notes.length === 0 ? version : `${version} (${notes.join(', ')})`;
}

function originOf({ name, via }: ComponentOutput): string {
  return via === 'base-image' ? l10n.t('base image') : name;
}
