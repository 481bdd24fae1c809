// Records of smoke tests, one line of JSON each, in the storage of the extension.
import { appendFile, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { env, l10n, window, type QuickPickItem, type Uri } from 'vscode';
import { readHistory, type SmokeRecord } from '../../smoke/record';
import { toPlain, toPlainLines } from '../docker/plain';
import type { Pages } from '../docker/pages';
import { nameVerdict } from './words';

/** Above this the older half of the file is let go. */
const MAX_BYTES = 8 * 1024 * 1024;

/** The records that this editor has written. */
export class History {
  readonly #file: string;
  /** Several hosts may be done at once. */
  #writing: Promise<void> = Promise.resolve();

  constructor(storage: Uri) {
    this.#file = path.join(storage.fsPath, 'smoke.jsonl');
  }

  /** Rejects where it cannot be written. */
  add(record: SmokeRecord): Promise<void> {
    const added = this.#writing.then(() => this.#write(record));
    this.#writing = added.catch(() => undefined);
    return added;
  }

  async #write(record: SmokeRecord): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true });
    await appendFile(this.#file, `${JSON.stringify(record)}\n`);
    if ((await stat(this.#file)).size <= MAX_BYTES) return;
    const kept = readHistory(await readFile(this.#file, 'utf8'));
    await writeFile(`${this.#file}.new`, kept.slice(Math.ceil(kept.length / 2)).map((each) => `${JSON.stringify(each)}\n`).join(''));
    await rename(`${this.#file}.new`, this.#file);
  }

  /** The newest first. */
  async read(): Promise<readonly SmokeRecord[]> {
    try {
      return readHistory(await readFile(this.#file, 'utf8')).toReversed();
    } catch {
      // Nothing was tested yet.
      return [];
    }
  }

  /** Has the user pick a run, and shows it. */
  async show(pages: Pages): Promise<void> {
    const records = await this.read();
    if (records.length === 0) {
      void window.showInformationMessage(l10n.t('No smoke test has run yet.'));
      return;
    }
    const items = records.map((record): QuickPickItem & { readonly record: SmokeRecord } => ({
      label: `${iconOf(record)} ${toPlain(record.subject, 200)}`,
      description: [new Date(record.started).toLocaleString(env.language), record.engine.host ?? record.engine.name, record.gpu, record.driver].filter((text) => text !== null).map((text) => toPlain(text, 80)).join(' · '),
      detail: describeCounts(record),
      record,
    }));
    const picked = await window.showQuickPick(items, { placeHolder: l10n.t('Which run?'), matchOnDescription: true, matchOnDetail: true });
    if (picked !== undefined) await pages.show(`${picked.record.subject}.txt`, describeRecord(picked.record));
  }
}

function iconOf({ counts, problem }: SmokeRecord): string {
  if (counts.failed > 0 || problem !== null) return '$(testing-failed-icon)';
  return counts.blocked > 0 ? '$(testing-error-icon)' : '$(testing-passed-icon)';
}

function describeCounts({ counts }: SmokeRecord): string {
  const { passed, failed, blocked, skipped } = counts;
  return [
    l10n.t('{0} passed', passed),
    ...(failed === 0 ? [] : [l10n.t('{0} failed', failed)]),
    ...(blocked === 0 ? [] : [l10n.t('{0} blocked by the host', blocked)]),
    ...(skipped === 0 ? [] : [l10n.t('{0} skipped', skipped)]),
  ].join(', ');
}

/** A run as a page of plain text. */
function describeRecord(record: SmokeRecord): string {
  const { subject, image, engine, started, durationMs, gpu, driver, versions, checks, problem } = record;
  const head = [
    [l10n.t('Tested'), subject],
    [l10n.t('Image'), image?.id],
    [l10n.t('Digest'), image?.digest],
    [l10n.t('Docker host'), [engine.name, engine.host, engine.version].filter((text) => text !== null).join(', ')],
    [l10n.t('GPU'), gpu],
    [l10n.t('Driver'), driver],
    [l10n.t('Versions'), Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ')],
    [l10n.t('Started'), new Date(started).toLocaleString(env.language)],
    [l10n.t('Took'), `${(durationMs / 1000).toFixed(1)} s`],
  ].flatMap(([name, value]) => (value === null || value === undefined || value === '' ? [] : [`${name ?? ''}: ${toPlain(value)}`]));
  const rows = checks.flatMap(({ state, title, sentence, details, evidence, durationMs: took }) => [
    '',
    `${nameVerdict(state).toUpperCase()}  ${toPlain(title)}  (${(took / 1000).toFixed(1)} s)`,
    `    ${toPlain(sentence)}`,
    ...details.map((detail) => `    - ${toPlain(detail)}`),
    ...toPlainLines(evidence).split('\n').filter((line) => line !== '').map((line) => `    | ${line}`),
  ]);
  return [...head, describeCounts(record), ...(problem === null ? [] : [toPlain(problem)]), ...rows, ''].join('\n');
}
