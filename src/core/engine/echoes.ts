import { msg } from '../l10n/message';
import type { Finding } from '../rules/model';
import type { StackReport } from '../stack/model';
import type { Location } from '../text/range';
import { keepStrongest } from './findings';

/**
 * The findings, and for each that lies in a file of the build context one more at the place in the Dockerfile that has
 * this file read: who edits either of the two sees it. Both point at each other; a file with several findings of one
 * rule is echoed once.
 */
export function withEchoes(findings: readonly Finding[], { dockerfile, readAt }: StackReport): readonly Finding[] {
  const linked: Finding[] = [];
  const echoes: Finding[] = [];
  for (const finding of findings) {
    const place = finding.location.file === dockerfile.file ? undefined : readAt.get(finding.location.file);
    if (place === undefined) {
      linked.push(finding);
      continue;
    }
    linked.push({ ...finding, related: [...finding.related, { location: place, message: msg`The Dockerfile takes this file from here.` }] });
    echoes.push({ ...finding, location: place, echoOf: finding.location, related: [{ location: finding.location, message: msg`It is written here.` }, ...finding.related] });
  }
  return echoes.length === 0 ? findings : [...linked, ...keepStrongest(echoes)];
}

/** Without the echoes whose finding a comment in its own file has silenced. */
export function withoutLoneEchoes(findings: readonly Finding[]): readonly Finding[] {
  if (findings.every(({ echoOf }) => echoOf === undefined)) return findings;
  const keyOf = (rule: string, { file, range }: Location): string => `${rule} ${range.start} ${range.end} ${file}`;
  const heard = new Set(findings.map(({ rule, location }) => keyOf(rule, location)));
  return findings.filter(({ rule, echoOf }) => echoOf === undefined || heard.has(keyOf(rule, echoOf)));
}
