// The page of the disk space: what is held, what can go, and what that would free. Everything is rendered here; the script
// of the page only passes on what is ticked, and shows the numbers that it is told.
import { l10n } from 'vscode';
import { planReclaim, reclaimableCacheBytes, type DiskUsage, type ReclaimKind, type ReclaimSelection } from '../../docker';
import { describeAge, describeSize, shortId } from './describe';
import { toPlain } from './plain';

/** Bytes of one kind: all that it holds, and what of it a selection frees. */
export interface Share {
  readonly kind: ReclaimKind;
  readonly title: string;
  readonly heldBytes: number;
  readonly freedBytes: number;
}

/** What the page says of a selection. */
export interface DryRun {
  readonly shares: readonly Share[];
  /** What removing would free, as a sentence. */
  readonly sentence: string;
  /** The picture in words. */
  readonly picture: string;
  /** Nothing can be removed. */
  readonly empty: boolean;
}

const NOTHING: ReclaimSelection = { containers: new Set(), images: new Set(), volumes: new Set(), buildCache: false };

/** Works out what a selection would free, without removing anything. */
export function tryRun(usage: DiskUsage, selection: ReclaimSelection): DryRun {
  const plan = planReclaim(usage, selection);
  const only = (part: Partial<ReclaimSelection>): number => planReclaim(usage, { ...NOTHING, ...part }).freedBytes;
  const containers = only({ containers: selection.containers });
  const cache = only({ buildCache: selection.buildCache });
  const together = only({ containers: selection.containers, volumes: selection.volumes });
  const sum = (sizes: readonly (number | null)[]): number => sizes.reduce<number>((total, size) => total + (size ?? 0), 0);
  const shares: readonly Share[] = [
    { kind: 'image', title: l10n.t('Images'), heldBytes: usage.layersBytes, freedBytes: Math.max(0, plan.freedBytes - together - cache) },
    { kind: 'container', title: l10n.t('Containers'), heldBytes: sum(usage.containers.map(({ writtenBytes }) => writtenBytes)), freedBytes: containers },
    { kind: 'volume', title: l10n.t('Volumes'), heldBytes: sum(usage.volumes.map(({ sizeBytes }) => sizeBytes)), freedBytes: Math.max(0, together - containers) },
    { kind: 'build-cache', title: l10n.t('Build cache'), heldBytes: sum(usage.buildCache.filter(({ shared }) => !shared).map(({ sizeBytes }) => sizeBytes)), freedBytes: cache },
  ];
  const count = plan.items.length;
  const amount = describeSize(plan.freedBytes);
  const sentence =
    count === 0
      ? l10n.t('Nothing is selected.')
      : plan.exact
        ? l10n.t('Removing what is selected ({0}) frees {1}.', count, amount)
        : l10n.t('Removing what is selected ({0}) frees about {1}.', count, amount);
  return {
    shares,
    sentence,
    picture: shares.map(({ title, heldBytes, freedBytes }) => l10n.t('{0}: {1} held, {2} of it would go.', title, describeSize(heldBytes), describeSize(freedBytes))).join(' '),
    empty: count === 0,
  };
}

/** The whole page for a host. `nonce` admits its style and script, and nothing else. */
export function renderReclaimPage(usage: DiskUsage, selection: ReclaimSelection, host: string, nonce: string): string {
  const run = tryRun(usage, selection);
  const title = l10n.t('Disk space of {0}', host);
  return `<!DOCTYPE html>
<html lang="${l10n.t('en')}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${renderPicture(run)}
<p class="bar"><span id="sentence" role="status">${escapeHtml(run.sentence)}</span>
<button id="remove"${run.empty ? ' disabled' : ''}>${escapeHtml(l10n.t('Remove Selected…'))}</button>
<button id="refresh" class="secondary">${escapeHtml(l10n.t('Refresh'))}</button></p>
${renderTables(usage, selection)}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

const BAR_WIDTH = 1000;

/** One picture: a bar a kind, as long as what it holds, the part that would go in another colour at its beginning. */
function renderPicture({ shares, picture }: DryRun): string {
  const most = Math.max(1, ...shares.map(({ heldBytes }) => heldBytes));
  const rows = shares.map(({ kind, title, heldBytes, freedBytes }) => {
    const held = (heldBytes / most) * BAR_WIDTH;
    const freed = Math.min(held, (freedBytes / most) * BAR_WIDTH);
    const bars = `<rect class="held" width="${held.toFixed(1)}" height="14"/><rect class="freed" id="freed-${kind}" data-scale="${(BAR_WIDTH / most).toExponential(6)}" data-most="${held.toFixed(1)}" width="${freed.toFixed(1)}" height="14"/>`;
    return `<span>${escapeHtml(title)}</span><svg viewBox="0 0 ${BAR_WIDTH} 14" preserveAspectRatio="none">${bars}</svg><span class="amount">${escapeHtml(describeSize(heldBytes))}</span>`;
  });
  const key = `<span></span><span class="key"><i class="held"></i> ${escapeHtml(l10n.t('stays'))} <i class="freed"></i> ${escapeHtml(l10n.t('would go'))}</span>`;
  return `<div id="picture" role="img" aria-label="${escapeHtml(picture)}">${rows.join('')}${key}</div>`;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number | null;
  /** What removing it alone frees; null where that is not known. */
  readonly freesBytes: number | null;
  readonly note: string;
  readonly selected: boolean;
  /** Why it cannot be ticked. */
  readonly kept: string | undefined;
}

function renderTables(usage: DiskUsage, selection: ReclaimSelection): string {
  const everything: ReclaimSelection = {
    containers: new Set(usage.containers.map(({ id }) => id)),
    images: new Set(usage.images.map(({ id }) => id)),
    volumes: new Set(usage.volumes.map(({ name }) => name)),
    buildCache: true,
  };
  const { items } = planReclaim(usage, everything);
  const alone = new Map(items.map(({ kind, id, aloneBytes }) => [`${kind}/${id}`, aloneBytes]));
  const frees = (kind: ReclaimKind, id: string): number | null => alone.get(`${kind}/${id}`) ?? null;
  const now = Date.now() / 1000;
  const names = new Map(usage.containers.map(({ id, name }) => [id, name]));
  const running = (id: string): boolean => usage.containers.some((container) => container.imageId === id && !/^(?:created|exited|dead)$/.test(container.state));

  const containers = usage.containers.map(({ id, name, state, image, writtenBytes, createdSeconds }): Row => ({
    id,
    name: toPlain(name, 120),
    sizeBytes: writtenBytes,
    freesBytes: frees('container', id),
    note: `${toPlain(image, 120)} · ${describeAge(createdSeconds, now)}`,
    selected: selection.containers.has(id),
    kept: /^(?:created|exited|dead)$/.test(state) ? undefined : l10n.t('running'),
  }));
  const images = usage.images.map(({ id, tags, sizeBytes, createdSeconds }): Row => {
    const users = usage.containers.filter(({ imageId }) => imageId === id);
    return {
      id,
      name: tags.length === 0 ? l10n.t('{0} (untagged)', shortId(id)) : toPlain(tags.join(', '), 300),
      sizeBytes,
      freesBytes: frees('image', id),
      note: [...(createdSeconds > 0 ? [describeAge(createdSeconds, now)] : []), ...(users.length === 0 ? [] : [l10n.t('used by {0}', toPlain(users.map(({ name }) => name).join(', '), 120))])].join(' · '),
      selected: selection.images.has(id),
      kept: running(id) ? l10n.t('a running container uses it') : undefined,
    };
  });
  const volumes = usage.volumes.map(({ name, anonymous, sizeBytes, uses, usedBy }): Row => ({
    id: name,
    name: anonymous ? l10n.t('{0} (nameless)', shortId(name)) : toPlain(name, 120),
    sizeBytes,
    freesBytes: frees('volume', name),
    note: uses === 0 ? l10n.t('no container uses it') : l10n.t('used by {0}', toPlain(usedBy.map((id) => names.get(id) ?? shortId(id)).join(', '), 120)),
    selected: selection.volumes.has(name),
    kept: undefined,
  }));
  const cache = reclaimableCacheBytes(usage);
  const cacheRow: Row = {
    id: '',
    name: l10n.t('All that no build uses now'),
    sizeBytes: cache,
    freesBytes: cache,
    note: usage.buildCache.length === 1 ? l10n.t('1 record') : l10n.t('{0} records', usage.buildCache.length),
    selected: selection.buildCache,
    kept: undefined,
  };
  return [
    renderTable('image', l10n.t('Images'), bySize(images)),
    renderTable('container', l10n.t('Containers'), bySize(containers)),
    renderTable('volume', l10n.t('Volumes'), bySize(volumes)),
    renderTable('build-cache', l10n.t('Build cache'), usage.buildCache.length === 0 ? [] : [cacheRow]),
  ].join('\n');
}

function bySize(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => (b.freesBytes ?? -1) - (a.freesBytes ?? -1) || (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0));
}

function renderTable(kind: ReclaimKind, title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return `<h2>${escapeHtml(title)}</h2><p>${escapeHtml(l10n.t('None.'))}</p>`;
  const head = [l10n.t('Name'), l10n.t('Size'), l10n.t('Frees alone')].map((text, i) => `<th scope="col"${i === 0 ? '' : ' class="amount"'}>${escapeHtml(text)}</th>`).join('');
  const body = rows.map(({ id, name, sizeBytes, freesBytes, note, selected, kept }) => {
    const box = `<input type="checkbox" data-kind="${kind}" data-id="${escapeHtml(id)}" aria-label="${escapeHtml(name)}"${selected ? ' checked' : ''}${kept === undefined ? '' : ' disabled'}>`;
    const cells = [sizeBytes === null ? '?' : describeSize(sizeBytes), freesBytes === null ? '' : describeSize(freesBytes)].map((text) => `<td class="amount">${escapeHtml(text)}</td>`).join('');
    // Below the name, and not in a column: names are long, and a page at 200 % is narrow.
    return `<tr><td>${box}</td><th scope="row">${escapeHtml(name)}<div class="note">${escapeHtml(kept ?? note)}</div></th>${cells}</tr>`;
  });
  return `<table><caption>${escapeHtml(title)}</caption><thead><tr><td></td>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
body:is(.vscode-dark, .vscode-high-contrast:not(.vscode-high-contrast-light)) { color-scheme: dark; }
body { max-width: 50rem; padding: 0 1.5rem 2rem; color: var(--vscode-foreground); font: var(--vscode-font-size) var(--vscode-font-family); }
h1 { font-size: 1.4em; font-weight: 600; }
h2, caption { font-size: 1.1em; font-weight: 600; text-align: left; padding: 1.2rem 0 .4rem; margin: 0; }
#picture { display: grid; grid-template-columns: auto 1fr auto; gap: .5rem .8rem; align-items: center; }
svg { width: 100%; height: 1rem; forced-color-adjust: none; }
rect { stroke: var(--vscode-contrastBorder, transparent); vector-effect: non-scaling-stroke; }
rect.held { fill: var(--vscode-charts-blue); }
rect.freed { fill: var(--vscode-charts-yellow); }
.key { color: var(--vscode-descriptionForeground); }
.key i { forced-color-adjust: none; display: inline-block; width: .8em; height: .8em; margin-left: .6em; border: 1px solid var(--vscode-contrastBorder, transparent); }
.key .held { background: var(--vscode-charts-blue); }
.key .freed { background: var(--vscode-charts-yellow); }
.bar { position: sticky; top: 0; display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; padding: .6rem 0; background: var(--vscode-editor-background); border-bottom: 1px solid var(--vscode-panel-border, transparent); }
.bar span { flex: 1 1 12rem; }
input { accent-color: var(--vscode-button-background); }
button { padding: .3rem .8rem; border: 1px solid var(--vscode-button-border, transparent); border-radius: 4px; color: var(--vscode-button-foreground); background: var(--vscode-button-background); font: inherit; cursor: pointer; }
button.secondary { color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); }
button:disabled { opacity: .5; cursor: default; }
:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { padding: .2rem .4rem; vertical-align: top; text-align: left; font-weight: normal; overflow-wrap: anywhere; }
thead th { color: var(--vscode-descriptionForeground); }
tbody tr:hover { background: var(--vscode-list-hoverBackground); }
thead td { width: 1.6rem; }
.amount { width: 5.4rem; text-align: right; white-space: nowrap; }
thead .amount { white-space: normal; vertical-align: bottom; }
@media (max-width: 30rem) { body { padding: 0 .6rem 2rem; } .amount { width: 3.6rem; } th, td { padding: .2rem; } }
.note { color: var(--vscode-descriptionForeground); font-size: .9em; }
`;

const SCRIPT = `
const vscode = acquireVsCodeApi();
const boxes = () => [...document.querySelectorAll('input:checked:not(:disabled)')].map(({ dataset }) => [dataset.kind, dataset.id]);
document.addEventListener('change', () => vscode.postMessage({ type: 'select', selected: boxes() }));
document.getElementById('remove').addEventListener('click', () => vscode.postMessage({ type: 'remove' }));
document.getElementById('refresh').addEventListener('click', () => vscode.postMessage({ type: 'refresh' }));
window.addEventListener('message', ({ data }) => {
  document.getElementById('sentence').textContent = data.sentence;
  document.getElementById('picture').setAttribute('aria-label', data.picture);
  document.getElementById('remove').disabled = data.empty;
  for (const { kind, freedBytes } of data.shares) {
    const bar = document.getElementById('freed-' + kind);
    bar.setAttribute('width', String(Math.min(Number(bar.dataset.most), freedBytes * Number(bar.dataset.scale))));
  }
});
`;
