// What the solver answers, and what the files of ours may hold, is said wholly in every language.
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/config/schema';
import { formatText, sentence, type Text } from '../../../src/core/l10n/message';
import type { Schema } from '../../../src/core/schema/model';
import { smokeFileSchema } from '../../../src/core/smoke-file/schema';
import type { Answer, Reason, Wishes } from '../../../src/core/solver/model';
import { solve } from '../../../src/core/solver/solve';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';
import { randomNumbers, randomWishes } from '../solver/wish-sets';
import { findEnglish, findUntranslated } from './said';

const textsOf = (reasons: readonly Reason[]): readonly Text[] => reasons.flatMap(({ text, evidence }) => [text, ...(evidence === undefined ? [] : [evidence.fact])]);

function listAnswers(): readonly Answer[] {
  const random = randomNumbers(7);
  const asked: readonly Wishes[] = [
    ...Array.from({ length: 300 }, (_, i) => randomWishes(random, 0.15 + (i % 4) * 0.1)),
    { tensorrt: 'new', gpu: 'Voodoo 2', driver: 'newest', packages: ['libcudnn8'] },
    { family: 'ngc', flavor: 'devel' },
    { torch: '99.1' },
    { tensorrt: '10', packages: ['libnvparsers8'] },
    { compile: true, torch: '2.1', cuda: '12.4' },
  ];
  return asked.map((wishes) => solve(wishes));
}

const said = listAnswers().flatMap(({ combinations, conflict, problems }): readonly Text[] => [
  ...combinations.flatMap(({ reasons }) => textsOf(reasons)),
  ...(conflict === undefined ? [] : [...conflict.wishes.map(({ label }) => label), ...textsOf(conflict.reasons), ...conflict.relaxations.flatMap(({ text, instead, combination }) => [text, ...instead.map(({ label }) => label), ...textsOf(combination.reasons)])]),
  ...problems.map(({ message }) => message),
]);

/** Every sentence of a schema. */
function describeAll({ description, patternErrorMessage, properties = {}, additionalProperties, items }: Schema): readonly Text[] {
  const below = [...Object.values(properties), ...(additionalProperties === undefined || additionalProperties === false ? [] : [additionalProperties]), ...(items === undefined ? [] : [items])];
  return [sentence(description), ...(patternErrorMessage === undefined ? [] : [sentence(patternErrorMessage)]), ...below.flatMap(describeAll)];
}

const schemas = [configSchema(), smokeFileSchema].flatMap(describeAll);

it('a wish that is met, one that is not and one that nobody understands are among them', () => {
  expect(new Set(said.map((text) => formatText(text))).size).toBeGreaterThan(1000);
  expect(schemas.length).toBeGreaterThan(100);
});

describe.each(listLanguages())('in %s', (language) => {
  const { bundle } = readTexts(language);

  it('answers of the solver have translations, and nothing is left in English', () => {
    expect(findUntranslated(said, bundle)).toEqual([]);
    expect(findEnglish(said, bundle)).toEqual([]);
  });

  it('what the files of ours may hold has translations', () => {
    expect(findUntranslated(schemas, bundle)).toEqual([]);
  });
});
