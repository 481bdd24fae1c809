// Makes a language that nobody speaks of all English texts: accented, half as long again, in brackets. What a person sees
// without brackets then is not translated, what is cut off has too little room, and brackets beside each other show a
// sentence glued together.
//   npm run screenshots -- --language qps-ploc [GROUP…]
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { FIXED, readTexts } from './translations.mjs';

/** Tag of the language, that of the pseudo language of Windows and VS Code. */
export const PSEUDO = 'qps-ploc';

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ACCENTED = Array.from('àƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÀƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ');

/** A text in that language; what translations keep as it is stays. */
export function toPseudo(text) {
  let made = '';
  let end = 0;
  for (const { 0: fixed, index } of text.matchAll(FIXED)) {
    made += lengthen(text.slice(end, index)) + fixed;
    end = index + fixed.length;
  }
  return `⟦${made}${lengthen(text.slice(end))}⟧`;
}

/** Vowels twice make a text some 40 % longer. */
function lengthen(text) {
  return Array.from(text, (letter) => (ACCENTED[PLAIN.indexOf(letter)] ?? letter).repeat(/[aeiouy]/i.test(letter) ? 2 : 1)).join('');
}

/** All texts of a set in that language. Paths choose a file of the language, of which there is none: they stay, as the name does by which pictures find the views. */
export function toPseudoTexts(texts) {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, /^(?:(?:\.\/)?media\/\S+|en|TensorRT)$/.test(text) ? text : toPseudo(text)]));
}

/** Adds the language to a package that lies in a folder: the manifest's texts and those of run time. */
export function writePseudo(folder) {
  const { manifest, bundle } = readTexts();
  writeJson(path.join(folder, `package.nls.${PSEUDO}.json`), toPseudoTexts(manifest));
  // The English texts are keys and texts at once.
  writeJson(path.join(folder, `l10n/bundle.l10n.${PSEUDO}.json`), toPseudoTexts(bundle));
}

function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
