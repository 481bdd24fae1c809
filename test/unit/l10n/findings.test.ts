// What the engine finds is said wholly in every language: each template that an example of a rule brings up is translated,
// and nothing but names, code and what programs print is left in English.
import { describe, expect, it } from 'vitest';
import { registry } from '../../../src/core/engine/analyse';
import { runExample } from '../../../src/core/engine/page';
import { formatText, type Message, type Text } from '../../../src/core/l10n/message';
import type { Finding } from '../../../src/core/rules/model';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';

/** English as nobody writes it but in sentences: three small words in a row. */
const ENGLISH = /\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b/;
const CODE = /`[^`]*`/g;

/** Commands, and what a program prints, at the end behind a colon, where no code marks them. */
const QUOTED = /pip install [\w-]+|[:：][^\p{Script=Han}]*$/gu;

const findings = registry.rules.flatMap((rule) => rule.examples.flatMap((example) => runExample(rule, example).map((finding) => [`${rule.id}: ${example.title}`, finding] as const)));

function textsOf({ text, evidence, related, fixes }: Finding): readonly Message[] {
  return [text, ...evidence.map(({ fact }) => fact), ...related.map(({ message }) => message), ...fixes.map(({ title }) => title)];
}

/** The templates of a message and of those that stand in it, as far as they have words. */
function templatesOf(text: Text): readonly string[] {
  if (typeof text === 'string') return [];
  return [text.template, ...Object.values(text.data).flatMap(templatesOf)].filter((template) => /\p{Letter}/u.test(template.replace(/\{\w+\}/g, '')));
}

it('has something to say', () => {
  expect(findings.length).toBeGreaterThan(400);
});

describe.each(listLanguages())('in %s', (language) => {
  const { bundle } = readTexts(language);

  it('every message, fix, fact and related place has a translation', () => {
    const missing = findings.flatMap(([where, finding]) => textsOf(finding).flatMap(templatesOf).filter((template) => !Object.hasOwn(bundle, template)).map((template) => `${where}: ${template}`));
    expect(missing).toEqual([]);
  });

  it('no sentence is left in English', () => {
    const left = findings.flatMap(([where, finding]) => textsOf(finding).map((text) => formatText(text, bundle)).filter((text) => ENGLISH.test(text.replace(CODE, '').replace(QUOTED, ''))).map((text) => `${where}: ${text}`));
    expect(left).toEqual([]);
  });
});
