// JUnit's XML, in the form that continuous integration servers read: one suite a run, one case a check.
import type { CheckRecord, SmokeRecord } from './record';

/** Writes runs as one report. */
export function writeJUnit(records: readonly SmokeRecord[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${records.map(writeSuite).join('')}</testsuites>\n`;
}

function writeSuite(record: SmokeRecord): string {
  const { counts, problem } = record;
  const name = `${record.subject} on ${record.engine.name}`;
  const errors = counts.blocked + (problem === null ? 0 : 1);
  const cases = problem === null ? record.checks.map((check) => writeCase(name, check)).join('') : `    <testcase classname="${escape(name)}" name="run">${element('error', problem)}</testcase>\n`;
  const values: readonly (readonly [string, string | null | undefined])[] = [
    ['image.id', record.image?.id],
    ['image.digest', record.image?.digest],
    ['host', record.engine.host],
    ['gpu', record.gpu],
    ['driver', record.driver],
    ...Object.entries(record.versions).map(([part, version]) => [`version.${part}`, version] as const),
  ];
  const properties = values.flatMap(([key, value]) => (value === null || value === undefined ? [] : [`      <property name="${escape(key)}" value="${escape(value)}"/>\n`]));
  return `  <testsuite name="${escape(name)}" tests="${Math.max(record.checks.length, problem === null ? 0 : 1)}" failures="${counts.failed}" errors="${errors}" skipped="${counts.skipped}" time="${seconds(record.durationMs)}" timestamp="${escape(record.started)}">\n    <properties>\n${properties.join('')}    </properties>\n${cases}  </testsuite>\n`;
}

function writeCase(suite: string, check: CheckRecord): string {
  const body = [check.sentence, ...check.details, ...(check.evidence === '' ? [] : ['', check.evidence])].join('\n');
  const inside = { passed: '', failed: element('failure', check.sentence, body), blocked: element('error', check.sentence, body), skipped: `<skipped message="${escape(check.sentence)}"/>` }[check.state];
  const output = check.state === 'passed' ? `<system-out>${escape(body)}</system-out>` : '';
  return `    <testcase classname="${escape(suite)}" name="${escape(check.title)}" time="${seconds(check.durationMs)}">${inside}${output}</testcase>\n`;
}

function element(name: string, message: string, body = message): string {
  return `<${name} message="${escape(message)}">${escape(body)}</${name}>`;
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}

/** XML 1.0 has no place for most control characters, escaped or not. */
function escape(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
