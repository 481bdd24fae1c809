// What an editor shows before anything is wrong, why builds failed and what a smoke test checks is said in every language.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { complete } from '../../../src/core/assist/complete';
import { completeCompose } from '../../../src/core/assist/completion/compose';
import { completeDevcontainer } from '../../../src/core/assist/completion/devcontainer';
import { describeAt } from '../../../src/core/assist/hover';
import { listInlayHints } from '../../../src/core/assist/inlay-hints';
import { BuildLog } from '../../../src/core/build-log/build-log';
import { diagnoseBuild } from '../../../src/core/build-log/diagnose';
import { analyse, analyseDockerfile, registry } from '../../../src/core/engine/analyse';
import { exampleFile } from '../../../src/core/engine/example';
import { parseMarks } from '../../../src/core/engine/marks';
import type { Text } from '../../../src/core/l10n/message';
import { checks } from '../../../src/smoke/checks';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';
import { findEnglish, findUntranslated } from './said';

/** Places where words of an example begin. */
const placesOf = (text: string): readonly number[] => Array.from(text.matchAll(/(?<=[\s:="'/])/g), ({ index }) => index);

function listShown(): readonly Text[] {
  const shown: Text[] = [];
  for (const rule of registry.rules) {
    const { file } = exampleFile(rule);
    for (const { text: marked } of rule.examples) {
      const { text } = parseMarks(marked);
      const { stack } = file === 'Dockerfile' ? analyse(text, file, {}) : {};
      if (stack !== undefined) shown.push(...listInlayHints(stack).map((hint) => hint.text));
      for (const offset of placesOf(text)) {
        const card = stack && describeAt(stack, offset);
        if (card !== undefined) shown.push(card.title, ...card.rows.flat(), ...card.notes);
        const offers = stack !== undefined ? complete(stack, offset) : file === 'compose.yaml' ? completeCompose(text, offset) : completeDevcontainer(text, offset);
        shown.push(...offers.flatMap(({ label, detail = '' }) => [label, detail]));
      }
    }
  }
  return shown;
}

function listFailures(): readonly Text[] {
  const folder = path.join(__dirname, '../build-log/replays');
  return readdirSync(folder).flatMap((name) => {
    const read = (file: string): string => readFileSync(path.join(folder, name, file), 'utf8');
    const { stack, findings } = analyseDockerfile(read('Dockerfile'), 'Dockerfile');
    const log = new BuildLog({ createDecoder: () => (base64) => base64 });
    log.feed(read('log.txt'));
    log.end(true);
    return stack === undefined ? [] : diagnoseBuild(log, stack, findings).map(({ message }) => message);
  });
}

/** What no language says in other words: names, and what a program prints, behind a colon. */
const NAMES = /--extra-index-url|cuda-cupti|[:：][^\p{Script=Han}]*$/gu;

/** What programs print, and the addresses and files that they name. */
const PRINTED = /“[^”]*”|[:：][^\p{Script=Han}]*|（[^）]*）/gu;

const SOURCES: readonly (readonly [string, readonly Text[], number])[] = [
  ['hovers, inlay hints and completion', listShown(), 5000],
  ['failed builds', listFailures(), 30],
  ['checks of the smoke test', checks.map(({ title }) => title), 20],
];

describe.each(listLanguages())('in %s', (language) => {
  const { bundle } = readTexts(language);

  it.each(SOURCES)('%s have translations', (_, texts, least) => {
    expect(texts.length).toBeGreaterThan(least);
    expect(findUntranslated(texts, bundle)).toEqual([]);
  });

  it('no hover, inlay hint, completion or failed build is left in English', () => {
    expect(findEnglish(SOURCES[1]?.[1] ?? [], bundle, PRINTED)).toEqual([]);
    expect(findEnglish(SOURCES[0]?.[1] ?? [], bundle, NAMES)).toEqual([]);
  });
});
