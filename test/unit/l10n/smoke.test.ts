// What a smoke test says is said wholly in every language, with what our probes in Python say inside of images.
import { globSync } from 'tinyglobby';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatText, type Text } from '../../../src/core/l10n/message';
import { checks } from '../../../src/smoke/checks';
import type { StepResult } from '../../../src/smoke/model';
import { wordsOfProbe } from '../../../src/smoke/probe-words';
import { listLanguages, readTexts } from '../../../src/dev/translations.mjs';
import { ended, imageWith } from '../smoke/image';
import { findEnglish, findUntranslated } from './said';

/** What a probe raises with words of its own: `%d values where %d are right`, `the product was computed on ` + a name. */
const raised = globSync('src/smoke/probes/*.py').flatMap((file) => {
  const texts = Array.from(readFileSync(file, 'utf8').matchAll(/raise (?:Skip|RuntimeError)\("([^"]+)"( \+)?/g), ([, text = '', more]) => `${text}${more === undefined ? '' : 'x'}`);
  // What names a number of CUDA is read as such, torch.cuda.is_available() is code.
  return texts.filter((text) => /\w \S/.test(text) && !/^CUDA error|^torch\.cuda/.test(text)).map((text) => text.replace(/%[dsr]/g, '7'));
});

const ENDINGS: readonly StepResult[] = [
  ended(''),
  ended('', 1),
  ended('something went wrong', 1),
  ended('', 139),
  ended('', 137),
  { ...ended('', 137), outOfMemory: true },
  { ...ended(''), state: 'absent' },
  { ...ended(''), state: 'timed-out', timeoutMs: 60_000 },
  { ...ended(''), state: 'not-run' },
  ended('470.57.02, Tesla T4'),
  ended('@@trtc:result {"ok": true}'),
  ended('@@trtc:result {"ok": false, "skip": "absent"}'),
  ended('@@trtc:result {"ok": false, "noDriver": true, "message": "libcuda.so.1"}', 1),
  ...raised.map((message) => ended(`@@trtc:result ${JSON.stringify({ ok: false, error: 'RuntimeError', message })}`, 1)),
  ...raised.map((skip) => ended(`@@trtc:result ${JSON.stringify({ ok: false, skip })}`)),
];

const image = imageWith({ components: [{ kind: 'cuda', version: '12.4.1' }], packages: ['torch', 'onnxruntime-gpu'], environment: ['NVIDIA_DRIVER_CAPABILITIES=all'] });
const verdicts = checks.flatMap((check) => (check.kind === 'static' ? [] : ENDINGS.map((result) => check.read(result, image))));
const said: readonly Text[] = verdicts.flatMap(({ sentence, details }) => [sentence, ...details]);

/** What other programs print, in our endings and in the table of errors, and the names of sources. */
const PRINTED = /something went wrong|@@trtc:result.*|https:.*|“[^”]*”|forward compatibility was attempted on non supported HW/g;

it('every probe speaks in words that can be translated', () => {
  expect(raised.length).toBeGreaterThan(15);
  expect(raised.filter((text) => typeof wordsOfProbe(text) === 'string')).toEqual([]);
  for (const text of raised) expect(formatText(wordsOfProbe(text))).toBe(text);
});

describe.each(listLanguages())('in %s', (language) => {
  const { bundle } = readTexts(language);

  it('verdicts have translations, and nothing is left in English', () => {
    expect(said.length).toBeGreaterThan(500);
    expect(findUntranslated(said, bundle)).toEqual([]);
    expect(findEnglish(said, bundle, PRINTED)).toEqual([]);
  });
});
