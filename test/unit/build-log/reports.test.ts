// What people reported of failed builds, the lines that tell something: `printed` by the last RUN, or the end of a
// whole log. The Dockerfile is as far as the report shows it; `told` is the place of each failure with its known causes.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BuildLog } from '../../../src/core/build-log/build-log';
import { diagnoseBuild } from '../../../src/core/build-log/diagnose';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import { formatText } from '../../../src/core/l10n/message';

interface Report {
  readonly source: string;
  readonly dockerfile: readonly string[];
  readonly printed?: readonly string[];
  readonly status?: number;
  readonly log?: readonly string[];
  readonly told: readonly string[];
}

const reports = JSON.parse(readFileSync(path.join(__dirname, 'reports.json'), 'utf8')) as readonly Report[];

function diagnose({ dockerfile: lines, printed, status, log: whole }: Report) {
  const dockerfile = `${lines.join('\n')}\n`;
  const { stack, findings } = analyseDockerfile(dockerfile, 'Dockerfile');
  if (stack === undefined) throw new Error('no Dockerfile');
  const layers = stack.stages.at(-1)?.stage.instructions.filter(({ kind }) => kind === 'run' || kind === 'copy').length ?? 0;
  const step = `[${layers + 1}/${layers + 1}]`;
  const log = new BuildLog({ createDecoder: () => (base64) => base64 });
  const fed = whole ?? [`#5 ${step} RUN`, ...(printed ?? []).map((line) => `#5 0.1 ${line}`), `#5 ERROR: process "/bin/sh -c x" did not complete successfully: exit code: ${status ?? 1}`];
  log.feed(`${fed.join('\n')}\n`);
  log.end(true);
  return { failures: diagnoseBuild(log, stack, findings), dockerfile };
}

describe('reports of failed builds', () => {
  it.each(reports.map((report) => [report.source, report] as const))('%s', (source, report) => {
    expect(source).toMatch(/^https:\/\/github\.com\//);
    const { failures, dockerfile } = diagnose(report);
    const told = failures.map(({ code, location: { range }, causes }) => {
      const known = causes.length === 0 ? '' : ` (${causes.map(({ id }) => id).join(', ')})`;
      return `${code}: ${dockerfile.slice(range.start, range.end)}${known}`;
    });
    expect(told).toEqual(report.told);
  });

  it('leave no placeholder in what is said', () => {
    for (const report of reports) {
      for (const { message } of diagnose(report).failures) expect(formatText(message), report.source).not.toMatch(/\{\w+\}/);
    }
  });

  it('say of a COPY out of a stage that the stage lacks the file, not the build context', () => {
    const [report] = reports.filter(({ source }) => source.endsWith('bitcoinfuzz/issues/555'));
    if (report === undefined) throw new Error('no report');
    expect(diagnose(report).failures.map(({ message }) => formatText(message))).toEqual(['The stage build has no /build/out/libx.so at its end.']);
  });

  it('say who wants what of requirements that rule each other out', () => {
    const [report] = reports.filter(({ source }) => source.endsWith('ai_tools/issues/969'));
    if (report === undefined) throw new Error('no report');
    expect(formatText(diagnose(report).failures[0]?.message ?? '')).toContain('torchvision 0.13.0 depends on torch==1.12.0');
  });
});
