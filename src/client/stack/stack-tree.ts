import { DiagnosticSeverity, EventEmitter, l10n, languages, MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState, Uri, type Diagnostic, type TreeDataProvider } from 'vscode';
import type { ComponentOutput, StageOutput } from '../../core/engine/stack-output';
import { formatText } from '../../core/l10n/message';
import { nameComponent } from '../../core/stack/component-names';
import { nameVersion } from './words';

/** What the view shows: the stage under the cursor, or nothing. */
export interface ShownStage {
  readonly dockerfile: Uri;
  readonly stage: StageOutput;
}

type Row = { readonly kind: 'component'; readonly component: ComponentOutput } | { readonly kind: 'conflict'; readonly diagnostic: Diagnostic };

/** The stage under the cursor: its components, where each came from, and below a component what is wrong with it. */
export class StackTree implements TreeDataProvider<Row> {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;
  #shown: ShownStage | undefined;

  /** Shows another stage, or the same anew. */
  show(stage: ShownStage | undefined): void {
    this.#shown = stage;
    this.#changed.fire();
  }

  getChildren(row?: Row): Row[] {
    if (this.#shown === undefined) return [];
    const { stage } = this.#shown;
    if (row === undefined) {
      const atFrom = this.#conflictsOn(this.#shown.dockerfile.toString(), stage.line);
      return [...atFrom.map((diagnostic): Row => ({ kind: 'conflict', diagnostic })), ...stage.components.map((component): Row => ({ kind: 'component', component }))];
    }
    return row.kind === 'component' ? this.#conflictsOf(row.component).map((diagnostic) => ({ kind: 'conflict', diagnostic })) : [];
  }

  getTreeItem(row: Row): TreeItem {
    return row.kind === 'component' ? this.#componentItem(row.component) : this.#conflictItem(row.diagnostic);
  }

  #componentItem(component: ComponentOutput): TreeItem {
    const conflicts = this.#conflictsOf(component);
    const label = formatText(nameComponent(component.kind, component.name), l10n.bundle);
    const item = new TreeItem(label, conflicts.length > 0 ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None);
    // Conflicts come after the components: a row that stayed the same would keep them folded away.
    item.id = [component.kind, component.name, component.file, component.line, this.#shown?.stage.components.indexOf(component), conflicts.length > 0].join('/');
    const version = nameVersion(component) ?? l10n.t('unknown version');
    const place = l10n.t('line {0}', component.line);
    item.description = `${version} · ${place} · ${component.via === 'base-image' ? l10n.t('base image') : component.name}`;
    item.tooltip = describe(component);
    item.iconPath = conflicts.length > 0 ? iconOf(conflicts) : new ThemeIcon('package');
    item.accessibilityInformation = { label: [label, version, component.name, place, ...(conflicts.length === 0 ? [] : [conflicts.length === 1 ? l10n.t('1 conflict') : l10n.t('{0} conflicts', conflicts.length)])].join(', ') };
    item.command = { title: l10n.t('Show Line'), command: 'tensorrt.showLine', arguments: [component.file, component.line] };
    return item;
  }

  #conflictItem(diagnostic: Diagnostic): TreeItem {
    const label = diagnostic.message.split('\n')[0] ?? '';
    const item = new TreeItem(label);
    item.tooltip = new MarkdownString().appendText(diagnostic.message);
    item.iconPath = iconOf([diagnostic]);
    item.accessibilityInformation = { label: diagnostic.severity === DiagnosticSeverity.Error ? l10n.t('Error: {0}', label) : l10n.t('Warning: {0}', label) };
    item.command = { title: l10n.t('Show Line'), command: 'tensorrt.showLine', arguments: [this.#shown?.dockerfile.toString() ?? '', diagnostic.range.start.line + 1] };
    return item;
  }

  /** What is wrong on the line that brought a component, below the first that the line brings; FROM has rows of its own. */
  #conflictsOf(component: ComponentOutput): readonly Diagnostic[] {
    const { file, line } = component;
    if (this.#shown === undefined || line === this.#shown.stage.line) return [];
    const first = this.#shown.stage.components.find((one) => one.file === file && one.line === line);
    return component === first ? this.#conflictsOn(file, line) : [];
  }

  /** Our errors and warnings on a line, from 1. */
  #conflictsOn(file: string, line: number): readonly Diagnostic[] {
    return languages
      .getDiagnostics(Uri.parse(file))
      .filter(({ source, severity, range }) => source === 'tensorrt' && (severity === DiagnosticSeverity.Error || severity === DiagnosticSeverity.Warning) && range.start.line === line - 1);
  }
}

function describe(component: ComponentOutput): MarkdownString {
  const { kind, name, cuda, certainty } = component;
  const text = new MarkdownString();
  text.appendText(`${formatText(nameComponent(kind, name), l10n.bundle)} ${nameVersion(component) ?? l10n.t('unknown version')}`);
  text.appendMarkdown('\n\n').appendText(name);
  if (cuda !== null) text.appendMarkdown('\n\n').appendText(l10n.t('built for CUDA {0}', cuda));
  const known = { stated: l10n.t('stated in the file'), derived: l10n.t('follows from a fact'), assumed: l10n.t('likely, not proven') };
  return text.appendMarkdown('\n\n').appendText(known[certainty]);
}

function iconOf(diagnostics: readonly Diagnostic[]): ThemeIcon {
  return diagnostics.some(({ severity }) => severity === DiagnosticSeverity.Error) ? new ThemeIcon('error', new ThemeColor('problemsErrorIcon.foreground')) : new ThemeIcon('warning', new ThemeColor('problemsWarningIcon.foreground'));
}
