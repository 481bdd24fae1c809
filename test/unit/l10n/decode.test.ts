// Known errors are explained wholly in every language: each of the table, decoded from the message as it was reported.
import { describe, expect, it } from 'vitest';
import { decodeError, formatDecoded } from '../../../src/core/decode/decode-error';
import { knownErrors } from '../../../src/core/facts/errors';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';
import { findEnglish } from './said';

const decoded = knownErrors().flatMap(({ id, message }) => decodeError(message).filter((error) => error.id === id));

/** What programs print is quoted as they print it. */
const PRINTED = /“[^”]*”|[:：（][^\p{Script=Han}]*|forward compatibility was attempted on non supported HW/gu;

it('has something to say', () => {
  expect(decoded.length).toBeGreaterThan(150);
});

describe.each(listLanguages())('in %s', (language) => {
  const { bundle } = readTexts(language);

  it('no cause, check or remedy is left in English', () => {
    const texts = decoded.flatMap((error) => {
      const { cause, checks, remedies } = formatDecoded(error, bundle);
      return [cause, ...checks, ...remedies];
    });
    expect(findEnglish(texts, {}, PRINTED)).toEqual([]);
    expect(texts.filter((text) => !/\p{Script=Han}/u.test(text) && /[A-Za-z]{2,} [a-z]{2,}/.test(text.replace(/`[^`]*`/g, '')))).toEqual([]);
  });
});
