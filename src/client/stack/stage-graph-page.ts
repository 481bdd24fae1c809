import type { StageOutput } from '../../core/engine/stack-output';
import { formatText } from '../../core/l10n/message';
import { nameComponent } from '../../core/stack/component-names';
import type { GraphTexts } from './stage-graph';
import { nameVersion } from './words';

/** Components that a card shows; the others are in the stack view. */
const SHOWN = new Set(['os', 'python', 'cuda', 'nvcc', 'cudnn', 'tensorrt', 'tensorrt-python', 'tensorrt-llm', 'triton', 'deepstream', 'torch', 'torch-tensorrt', 'tensorflow', 'onnxruntime', 'jax', 'nccl', 'l4t', 'cuda-compat']);

/** A card is as wide as its longest line, within these, in pixels. */
const CARD_WIDTHS = { least: 220, most: 460 };
/** About what a letter of the user interface takes; wider than most, so that nothing is cut. */
const LETTER_WIDTH = 7.5;
const LINE_HEIGHT = 20;
const GAP = 44;
/** Room beside the cards for arrows that go around others: up to the first, and for each further one. */
const FIRST_LANE = 18;
const LANE = 14;
/** A longer base than this is broken before its tag: what is cut off would be what tells two stages apart. */
const FROM_LETTERS = 28;

/**
 * The page: each stage a card that can be reached by keyboard, under it those that begin with it or copy from it. The
 * drawing says nothing that the cards do not say in words. `nonce` allows its one script.
 */
export function renderStageGraph(stages: readonly StageOutput[], nonce: string, texts: GraphTexts): string {
  const cards = layOut(stages, texts);
  const arrows = [...listArrows(stages)];
  const cardWidth = measureCards(stages, texts);
  const copies = arrows.filter(({ kind }) => kind === 'copy');
  // The cards give way to a narrow page, the lanes stay at its right.
  const lanes = copies.length === 0 ? 0 : FIRST_LANE + LANE * copies.length;
  const bases = arrows.filter(({ kind }) => kind === 'base');
  const far = [...new Set(bases.filter(isFar).map(({ from }) => from))];
  const left = far.length === 0 ? 0 : FIRST_LANE + LANE * far.length;
  const height = (cards.at(-1)?.bottom ?? 0) + 20;
  const nameOf = (index: number): string => stages[index]?.name ?? fill(texts.stage, String(index));
  return `<!DOCTYPE html>
<html lang="${escape(texts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<title>${escape(texts.title)}</title>
<style nonce="${nonce}">
  body { padding: 0 16px; font: var(--vscode-font-size) var(--vscode-font-family); color: var(--vscode-editor-foreground); background: var(--vscode-editor-background); }
  h1 { font-size: 1.2em; font-weight: 600; }
  .graph { position: relative; max-width: ${left + cardWidth + lanes}px; min-width: ${left + CARD_WIDTHS.least + lanes}px; height: ${height}px; }
  svg { position: absolute; top: 0; }
  svg.copies { right: 0; }
  path { fill: none; stroke: var(--vscode-editor-foreground); stroke-width: 1.5; }
  path.copy { stroke-dasharray: 5 4; }
  marker path { fill: var(--vscode-editor-foreground); stroke: none; }
  ol { list-style: none; margin: 0; padding: 0; }
  button { position: absolute; left: ${left}px; width: calc(100% - ${left + lanes}px); box-sizing: border-box; padding: 8px 12px; text-align: left; font: inherit; color: inherit; cursor: pointer;
    background: var(--vscode-editorWidget-background); border: 1px solid var(--vscode-contrastBorder, var(--vscode-editorWidget-border, currentColor)); border-radius: 4px; }
  button:hover { background: var(--vscode-list-hoverBackground); }
  button:focus-visible { outline: 2px solid var(--vscode-focusBorder); outline-offset: 2px; }
  strong, span { display: block; line-height: ${LINE_HEIGHT}px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
  .from { color: var(--vscode-descriptionForeground); }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  @media print { button { break-inside: avoid; border-color: #000; } }
</style>
${cards.map(({ top, bottom }, i) => `<style nonce="${nonce}">#stage-${i} { top: ${top}px; height: ${bottom - top}px; }</style>`).join('\n')}
</head>
<body>
<h1>${escape(texts.title)}</h1>
${stages.length === 0 ? `<p>${escape(texts.empty)}</p>` : ''}
<div class="graph">
<svg width="${left + CARD_WIDTHS.least}" height="${height}" aria-hidden="true">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>
${bases.map((arrow) => drawBase(arrow, cards, left, far.indexOf(arrow.from))).join('\n')}
</svg>
<svg class="copies" width="${lanes}" height="${height}" aria-hidden="true">
${copies.map((arrow, lane) => drawCopy(arrow, cards, lane)).join('\n')}
</svg>
<ol>
${stages.map((stage, i) => renderCard(stage, i, nameOf, texts)).join('\n')}
</ol>
</div>
<script nonce="${nonce}">
  const editor = acquireVsCodeApi();
  for (const card of document.querySelectorAll('button')) card.addEventListener('click', () => editor.postMessage(Number(card.dataset.line)));
</script>
</body>
</html>`;
}

function measureCards(stages: readonly StageOutput[], texts: GraphTexts): number {
  const letters = stages.flatMap((stage) => [stage.name ?? '', ...linesOfFrom(stage, texts), ...shownOf(stage, texts).map(({ name, version }) => `${name} ${version}`)]).map(({ length }) => length);
  return Math.round(Math.min(CARD_WIDTHS.most, Math.max(CARD_WIDTHS.least, Math.max(0, ...letters) * LETTER_WIDTH + 28)));
}

interface Box {
  readonly top: number;
  readonly bottom: number;
}

function layOut(stages: readonly StageOutput[], texts: GraphTexts): readonly Box[] {
  let top = 0;
  return stages.map((stage) => {
    const lines = 1 + linesOfFrom(stage, texts).length + Math.max(1, shownOf(stage, texts).length);
    const box = { top, bottom: top + 18 + lines * LINE_HEIGHT };
    top = box.bottom + GAP;
    return box;
  });
}

/** What a stage begins with: in one line, or with its tag in a second. */
function linesOfFrom({ from }: StageOutput, texts: GraphTexts): readonly string[] {
  const text = fill(texts.from, from);
  const colon = text.lastIndexOf(':');
  return text.length <= FROM_LETTERS || colon < text.lastIndexOf('/') ? [text] : [text.slice(0, colon + 1), text.slice(colon + 1)];
}

function shownOf({ components }: StageOutput, { translations }: GraphTexts): readonly { readonly name: string; readonly version: string }[] {
  const last = new Map<string, { readonly name: string; readonly version: string }>();
  for (const component of components) {
    const { kind, name } = component;
    if (SHOWN.has(kind)) last.set(kind, { name: formatText(nameComponent(kind, name), translations), version: nameVersion(component) ?? '?' });
  }
  return [...last.values()];
}

interface Arrow {
  readonly kind: 'base' | 'copy';
  readonly from: number;
  readonly to: number;
}

function* listArrows(stages: readonly StageOutput[]): Generator<Arrow> {
  for (const [to, { basedOn, copiesFrom }] of stages.entries()) {
    if (basedOn !== null) yield { kind: 'base', from: basedOn, to };
    for (const from of copiesFrom) yield { kind: 'copy', from, to };
  }
}

/** Others lie between the two. */
function isFar({ from, to }: Arrow): boolean {
  return to - from > 1;
}

/** A base goes straight down to the next card, and around those between at the left, in one lane for all that begin with it. */
function drawBase(arrow: Arrow, boxes: readonly Box[], left: number, lane: number): string {
  const [start, end] = [boxes[arrow.from], boxes[arrow.to]];
  if (start === undefined || end === undefined) return '';
  const x = isFar(arrow) ? left - FIRST_LANE - LANE * lane : left + CARD_WIDTHS.least / 3;
  const way = isFar(arrow) ? `M${left} ${start.bottom - 16} H${x} V${end.top + 18} H${left}` : `M${x} ${start.bottom} V${end.top}`;
  return `<path marker-end="url(#head)" d="${way}"/>`;
}

/** A copy goes around in a lane at the right, counted from the right edge of the cards. */
function drawCopy({ from, to }: Arrow, boxes: readonly Box[], lane: number): string {
  const [start, end] = [boxes[from], boxes[to]];
  if (start === undefined || end === undefined) return '';
  const x = FIRST_LANE + LANE * lane;
  const [y1, y2] = [(start.top + start.bottom) / 2, (end.top + end.bottom) / 2];
  return `<path class="copy" marker-end="url(#head)" d="M0 ${y1} H${x} V${y2} H0"/>`;
}

function renderCard(stage: StageOutput, index: number, nameOf: (index: number) => string, texts: GraphTexts): string {
  const { name, from, line, basedOn, copiesFrom } = stage;
  const title = name === null ? fill(texts.stage, String(stage.index)) : name;
  const rows = shownOf(stage, texts).map(({ name, version }) => `<span>${escape(name)} ${escape(version)}</span>`);
  const base = linesOfFrom(stage, texts).map((text) => `<span class="from" title="${escape(from)}">${escape(text)}</span>`);
  const relations = [...(basedOn === null ? [] : [fill(texts.based, nameOf(basedOn))]), ...copiesFrom.map((source) => fill(texts.copies, nameOf(source)))];
  return `<li><button id="stage-${index}" data-line="${line}"><strong>${escape(title)}</strong>${base.join('')}${rows.join('') || `<span>${escape(texts.nothing)}</span>`}<span class="hidden">${escape([...relations, fill(texts.line, String(line))].join(', '))}</span></button></li>`;
}

function fill(template: string, value: string): string {
  return template.replace('{0}', () => value);
}

/** Text of a Dockerfile in HTML; what turns the direction of text or is no character is shown as such. */
function escape(text: string): string {
  return text
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
