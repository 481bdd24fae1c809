// What the engine finds is said wholly in every language: each template that an example of a rule brings up is translated,
// and nothing but names, code and what programs print is left in English.
import { describe, expect, it } from 'vitest';
import { registry } from '../../../src/core/engine/analyse';
import { runExample } from '../../../src/core/engine/page';
import type { Message } from '../../../src/core/l10n/message';
import type { Finding } from '../../../src/core/rules/model';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';
import { findEnglish, findUntranslated } from './said';

/** Commands, and what a program prints, at the end behind a colon, where no code marks them. */
const QUOTED = /pip install [\w-]+|[:：][^\p{Script=Han}]*$/gu;

const findings = registry.rules.flatMap((rule) => rule.examples.flatMap((example) => runExample(rule, example).map((finding) => [`${rule.id}: ${example.title}`, finding] as const)));

function textsOf({ text, evidence, related, fixes }: Finding): readonly Message[] {
  return [text, ...evidence.map(({ fact }) => fact), ...related.map(({ message }) => message), ...fixes.map(({ title }) => title)];
}

it('has something to say', () => {
  expect(findings.length).toBeGreaterThan(400);
});

describe.each(listLanguages())('in %s', (language) => {
  const { bundle } = readTexts(language);

  it('every message, fix, fact and related place has a translation', () => {
    const missing = findings.flatMap(([where, finding]) => findUntranslated(textsOf(finding), bundle).map((template) => `${where}: ${template}`));
    expect(missing).toEqual([]);
  });

  it('no sentence is left in English', () => {
    const left = findings.flatMap(([where, finding]) => findEnglish(textsOf(finding), bundle, QUOTED).map((text) => `${where}: ${text}`));
    expect(left).toEqual([]);
  });
});
