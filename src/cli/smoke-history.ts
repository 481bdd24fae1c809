// Records of smoke tests, one line of JSON each, in the user's state folder.
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { joinComma, msg, type Text } from '../core/l10n/message';
import { readHistory, type SmokeRecord } from '../smoke/record';
import { complain, explainSystemError } from './failure';
import { say } from './language';
import { sumUp } from './smoke-report';
import { makeVisible } from './visible';

/** Above this the older half of the file is let go. */
const MAX_BYTES = 8 * 1024 * 1024;

/** XDG Base Directory Specification 0.8: state that outlives restarts and is no configuration. */
function historyFile(env: NodeJS.ProcessEnv = process.env): string {
  const { XDG_STATE_HOME: state, LOCALAPPDATA: local } = env;
  const base = state !== undefined && path.isAbsolute(state) ? state : process.platform === 'win32' && local !== undefined ? local : path.join(os.homedir(), '.local', 'state');
  return path.join(base, 'tensorrt-containers', 'smoke.jsonl');
}

/** Adds records; that this fails is told, and is no failure of the test. */
export function addToHistory(records: readonly SmokeRecord[], file = historyFile()): void {
  if (records.length === 0) return;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''), { mode: 0o600 });
    if (statSync(file).size > MAX_BYTES) {
      const kept = readHistory(readFileSync(file, 'utf8'));
      writeFileSync(`${file}.new`, kept.slice(Math.floor(kept.length / 2)).map((record) => `${JSON.stringify(record)}\n`).join(''), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    }
  } catch (error) {
    complain(msg`not recorded in ${file}: ${explainSystemError(error)}`);
  }
}

/** Prints the records of some subjects, or of all: the newest last. */
export function printHistory(subjects: readonly string[], json: boolean, file = historyFile()): void {
  const all = existsSync(file) ? readHistory(readFileSync(file, 'utf8')) : [];
  const records = all.filter(({ subject, image }) => subjects.length === 0 || subjects.includes(subject) || subjects.includes(image?.id ?? '') || subjects.includes(image?.digest ?? ''));
  if (json) {
    process.stdout.write(`${JSON.stringify({ version: 1, runs: records }, undefined, 2)}\n`);
    return;
  }
  if (records.length === 0) complain(subjects.length === 0 ? msg`no smoke test is recorded in ${file}` : msg`no smoke test of this is recorded in ${file}`);
  for (const { started, subject, engine, gpu, driver, counts, durationMs, image } of records) {
    const where = [engine.host ?? engine.name, gpu, driver === null ? null : msg`driver ${driver}`].filter((text): text is Text => text !== null);
    process.stdout.write(`${started}  ${makeVisible(subject)}  ${image?.id.slice(7, 19) ?? ''}  ${sumUp(counts)}  ${say(msg`${(durationMs / 1000).toFixed(1)} s`)}  ${makeVisible(say(joinComma(where)))}\n`);
  }
}
