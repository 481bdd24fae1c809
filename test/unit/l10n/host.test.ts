// What the host check says, and what it quotes in words of ours, is said wholly in every language: over all recorded hosts.
import { describe, expect, it } from 'vitest';
import type { Text } from '../../../src/core/l10n/message';
import { judgeHost } from '../../../src/host/check';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';
import { listRecordings, toEvidence } from '../host/recording';
import { findEnglish, findUntranslated } from './said';

const findings = listRecordings().flatMap(({ recording }) => judgeHost(toEvidence(recording)));
const said: readonly Text[] = findings.flatMap(({ title, details, remedies }) => [title, ...details, ...remedies.map(({ text }) => text)]);
const quoted: readonly Text[] = findings.flatMap(({ evidence }) => evidence.flatMap(({ lines }) => lines));

/** What programs print is quoted as they print it. */
const PRINTED = /“[^”]*”|：[^\p{Script=Han}]*|forward compatibility was attempted on non supported HW/gu;

it('has something to say', () => {
  expect(said.length).toBeGreaterThan(800);
  expect(quoted.filter((text) => typeof text !== 'string').length).toBeGreaterThan(20);
});

describe.each(listLanguages())('in %s', (language) => {
  const { bundle } = readTexts(language);

  it('all of it has translations', () => {
    expect(findUntranslated([...said, ...quoted], bundle)).toEqual([]);
  });

  it('no sentence is left in English', () => {
    expect(findEnglish(said, bundle, PRINTED)).toEqual([]);
  });
});
