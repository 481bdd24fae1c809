// Failed builds that people reported: their logs as they stand in the report, with the part of the Dockerfile that they show.
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
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** `text` is what is marked; `file` is one of the build context. */
  readonly failures: readonly { readonly code: string; readonly line: number; readonly text: string; readonly file?: string }[];
}

const FOLDER = path.join(__dirname, 'replays');
const names = readdirSync(FOLDER);

describe('reported failures', () => {
  it('are many', () => {
    expect(names.length).toBeGreaterThanOrEqual(25);
  });

  it.each(names)('%s', (name) => {
    const folder = path.join(FOLDER, name);
    const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
    const { source, buildArgs = {}, failures } = JSON.parse(read('expected.json')) as Expected;
    expect(source).toMatch(/^https:\/\/github\.com\//);
    const text = read('Dockerfile');
    const context: ContextReader = {
      readText: (file) => (existsSync(path.join(folder, 'context', file)) ? read(`context/${file}`) : undefined),
      exists: (file) => existsSync(path.join(folder, 'context', file)),
      fileName: (file) => file,
    };
    const { stack, findings, files } = analyseDockerfile(text, 'Dockerfile', { buildArgs: new Map(Object.entries(buildArgs)), context });
    if (stack === undefined) throw new Error('The Dockerfile cannot be read');

    // Pieces of any length, as they come from a pipe.
    const log = new BuildLog({ createDecoder: () => (base64) => Buffer.from(base64, 'base64').toString() });
    for (const piece of read('log.txt').match(/[^]{1,97}/g) ?? []) log.feed(piece);
    log.end(true);

    const told = diagnoseBuild(log, stack, findings).map(({ code, location: { file, range } }) => {
      const content = file === 'Dockerfile' ? text : (files.get(file) ?? '');
      const line = new LineIndex(content).positionAt(range.start).line + 1;
      return { code, line, text: content.slice(range.start, range.end), ...(file !== 'Dockerfile' && { file }) };
    });
    expect(told).toEqual(failures);
  });
});
