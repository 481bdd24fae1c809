// Failed builds that people reported: their logs as they stand in the report, whole or in part, with the part of the
// Dockerfile that report and log show; what neither shows, as the image of FROM, is made up.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BuildLog } from '../../../src/core/build-log/build-log';
import { diagnoseBuild } from '../../../src/core/build-log/diagnose';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import type { ContextReader } from '../../../src/core/shell/installers/model';
import { LineIndex } from '../../../src/core/text/line-index';

interface Expected {
  readonly source: string;
  /** Lines of log.txt that the report lacks, from 1: the step, or its end, around the words that it quotes. */
  readonly addedLines?: readonly number[];
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** `text` is what is marked; `file` is one of the build context. */
  readonly failures: readonly { readonly code: string; readonly line: number; readonly text: string; readonly file?: string }[];
}

const FOLDER = path.join(__dirname, 'replays');
const names = readdirSync(FOLDER);
const read = (name: string, file: string): string => readFileSync(path.join(FOLDER, name, file), 'utf8');
const readExpected = (name: string): Expected => JSON.parse(read(name, 'expected.json')) as Expected;

describe('reported failures', () => {
  it('are many whose logs hold nothing but what was reported', () => {
    expect(names.filter((name) => readExpected(name).addedLines === undefined).length).toBeGreaterThanOrEqual(25);
  });

  it('have at most the frame of their step added', () => {
    for (const name of names) {
      const { length } = read(name, 'log.txt').trimEnd().split('\n');
      for (const line of readExpected(name).addedLines ?? []) expect([1, length], name).toContain(line);
    }
  });

  it.each(names)('%s', (name) => {
    const folder = path.join(FOLDER, name);
    const { source, buildArgs = {}, failures } = readExpected(name);
    expect(source).toMatch(/^https:\/\/github\.com\//);
    const text = read(name, 'Dockerfile');
    const context: ContextReader = {
      readText: (file) => (existsSync(path.join(folder, 'context', file)) ? read(name, `context/${file}`) : undefined),
      exists: (file) => existsSync(path.join(folder, 'context', file)),
      fileName: (file) => file,
    };
    const { stack, findings, files } = analyseDockerfile(text, 'Dockerfile', { buildArgs: new Map(Object.entries(buildArgs)), context });
    if (stack === undefined) throw new Error('The Dockerfile cannot be read');

    // Pieces of any length, as they come from a pipe.
    const log = new BuildLog({ createDecoder: () => (base64) => Buffer.from(base64, 'base64').toString() });
    for (const piece of read(name, 'log.txt').match(/[^]{1,97}/g) ?? []) log.feed(piece);
    log.end(true);

    const told = diagnoseBuild(log, stack, findings).map(({ code, location: { file, range } }) => {
      const content = file === 'Dockerfile' ? text : (files.get(file) ?? '');
      const line = new LineIndex(content).positionAt(range.start).line + 1;
      return { code, line, text: content.slice(range.start, range.end), ...(file !== 'Dockerfile' && { file }) };
    });
    expect(told).toEqual(failures);
  });
});
