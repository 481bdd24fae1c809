// Says where a translation falls short of the English texts. docs/translating.md tells which files a language has. Plain
// Node without dependencies: some that comes before `npm ci` loads it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from './set-up.mjs';

const MANIFEST = 'package.nls.json';
const BUNDLE = 'l10n/bundle.l10n.json';
const PAGES = 'l10n/pages.l10n.json';

/** What stands for something else or must work as it is: `code`, {placeholders}, $(icons), targets of links, %keys%, line ends. */
export const FIXED = /`[^`]*`|\{\{?[.\w]+\}?\}|\$\([\w-]+\)|\]\([^)\s]*\)|%[a-z]\w*(?:\.[\w-]+)*%|\n/g;
/** Words that English sentences agree by; another language need not say them. */
const GRAMMAR = new Set(['{are}', '{have}', '{them}']);
const BOLD = /\*\*(.+?)\*\*/g;
const FENCE = /^```[\s\S]*?^```/gm;

export function listLanguages() {
  const files = [...readdirSync(root), ...readdirSync(path.join(root, 'l10n'))];
  return [...new Set(files.flatMap((file) => /^(?:package\.nls|bundle\.l10n)\.([^.]+)\.json$/.exec(file)?.[1] ?? []))].sort();
}

export function readTexts(language) {
  const [manifest, bundle, pages] = [MANIFEST, BUNDLE, PAGES].map((file) => readJson(nameFile(file, language)));
  return { manifest, bundle, pages };
}

export function findFaults(language) {
  const english = readTexts();
  const translated = readTexts(language);
  const titles = pairTitles(english.manifest, translated.manifest);
  const texts = [
    [MANIFEST, english.manifest, translated.manifest],
    [BUNDLE, english.bundle, translated.bundle],
    [PAGES, english.pages, translated.pages],
  ];
  return [
    ...texts.flatMap(([file, from, to]) => compareTexts(from, to, titles).map((fault) => `${nameFile(file, language)}: ${fault}`)),
    ...comparePages(english.manifest, translated.manifest, language),
  ];
}

export function compareTexts(english, translated, titles = new Map()) {
  const missing = Object.keys(english).filter((key) => !(key in translated));
  const superfluous = Object.keys(translated).filter((key) => !(key in english));
  const shared = Object.entries(english).filter(([key]) => key in translated);
  return [
    ...missing.map((key) => `missing: ${key}`),
    ...superfluous.map((key) => `superfluous: ${key}`),
    ...shared.flatMap(([key, text]) => compareText(text, translated[key], titles).map((fault) => `${fault}: ${key}`)),
  ];
}

function compareText(english, translated, titles) {
  if (translated.trim() === '') return ['empty'];
  const lost = subtract(listFixed(english, titles), listFixed(translated));
  const added = subtract(listFixed(translated), listFixed(english, titles));
  return [...lost.map((part) => `lacks ${JSON.stringify(part)}`), ...added.map((part) => `has ${JSON.stringify(part)} of its own`)];
}

/** The parts that both languages must have; a command in bold has its title in the other language. */
function listFixed(text, titles = new Map()) {
  const bold = Array.from(text.matchAll(BOLD), ([, name]) => `**${titles.get(name) ?? name}**`);
  return [...(text.match(FIXED) ?? []), ...bold].filter((part) => !GRAMMAR.has(part));
}

function subtract(parts, others) {
  const left = [...others];
  return parts.filter((part) => {
    const at = left.indexOf(part);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Commands as the palette shows them, in English and in the other language. */
function pairTitles(english, translated) {
  const keys = Object.keys(english).filter((key) => key.startsWith('command.') && key in translated);
  return new Map(keys.map((key) => [`TensorRT: ${english[key]}`, `TensorRT: ${translated[key]}`]));
}

/** Pages of the walkthrough: a file of its own for each language, with the same code in it. */
function comparePages(english, translated, language) {
  const pages = Object.entries(english).filter(([key]) => key.endsWith('.page') && key in translated);
  const faults = pages.flatMap(([key, page]) => {
    const file = translated[key];
    if (file !== page.replace('/walkthrough/', `/walkthrough/${language}/`)) return [`${key}: ${file} is not the page of this language`];
    if (!existsSync(path.join(root, file))) return [`${file}: missing`];
    const [from, to] = [page, file].map((name) => joinCode(readFileSync(path.join(root, name), 'utf8')));
    return compareText(from, to, new Map()).map((fault) => `${file}: ${fault}`);
  });
  const named = pages.map(([key]) => translated[key]);
  const folder = path.join('media/walkthrough', language);
  const files = existsSync(path.join(root, folder)) ? readdirSync(path.join(root, folder)).map((name) => path.join(folder, name)) : [];
  const superfluous = files.filter((file) => !named.includes(file));
  return [...faults, ...superfluous.map((file) => `${file}: superfluous`)];
}

/** The page with its fenced blocks as one code span each, on one line: pages may break their lines where they like. */
function joinCode(page) {
  return page.replace(FENCE, (block) => `\`${block.replaceAll('`', '')}\``).replaceAll('\n', ' ');
}

function nameFile(file, language) {
  return language === undefined ? file : file.replace(/\.json$/, `.${language}.json`);
}

function readJson(file) {
  return existsSync(path.join(root, file)) ? JSON.parse(readFileSync(path.join(root, file), 'utf8')) : {};
}
