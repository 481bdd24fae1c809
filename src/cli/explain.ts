import { registry } from '../core/engine/analyse';
import { renderRulePage } from '../core/engine/page';
import { findClosest } from '../core/engine/spelling';
import { msg, sentence } from '../core/l10n/message';
import { Failure } from './failure';
import { readPage, say } from './language';

/** `trtc explain`: the page of the named rule, or a list of a family's or of all rules. Throws Failure for an unknown name. */
export function explain(name: string | undefined): void {
  const rules = name === undefined ? registry.rules : registry.find(name);
  const first = rules[0];
  if (name !== undefined && first === undefined) {
    const closest = findClosest(name, registry.names);
    throw new Failure(closest === undefined ? msg`there is no rule ${name}; \`trtc explain\` lists them` : msg`there is no rule ${name}; did you mean ${closest}?`);
  }
  if (first !== undefined && rules.length === 1 && name !== first.family) {
    process.stdout.write(readPage(first.id) ?? renderRulePage(first));
    return;
  }
  const width = Math.max(...rules.map(({ id }) => id.length));
  process.stdout.write(rules.map(({ id, severity, summary }) => `${id.padEnd(width)}  ${severity.padEnd(11)}  ${say(sentence(summary))}\n`).join(''));
}
