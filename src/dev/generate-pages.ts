// The second half of generate.ts: what needs the rules themselves.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { applyEdits, modify } from 'jsonc-parser';
import { configSchema, OF_FAMILY } from '../core/config/schema';
import { registry } from '../core/engine/analyse';
import { listPageTexts, renderRulePage, runExample } from '../core/engine/page';
import { nameSource } from '../core/facts/evidence';
import { overlaySchema } from '../core/overlay/schema';
import { formatText, type Translations } from '../core/l10n/message';
import type { RuleInfo } from '../core/rules/model';
import type { Schema } from '../core/schema/model';
import { smokeFileSchema } from '../core/smoke-file/schema';
import { targetSchema } from '../core/target/schema';
import { GeneratedFiles } from './generated-files';
import { readManifest } from './manifest';

const PAGES = 'media/rules';
const SCHEMAS = 'media/schemas';
const SEVERITIES = ['off', 'hint', 'information', 'warning', 'error'];

const files = new GeneratedFiles();
const rules = registry.rules;

writePages(PAGES);
writeSchemas(SCHEMAS);
writeSchema(SCHEMAS, 'overlay', 'Overlay of TensorRT Containers', overlaySchema);
for (const language of listLanguages()) {
  const bundle = readTexts(`bundle.l10n.${language}`);
  writePages(`${PAGES}/${language}`, { ...bundle, ...readTexts(`pages.l10n.${language}`) });
  writeSchemas(`${SCHEMAS}/${language}`, bundle);
}
writePageTexts();
writeManifest();
writeRuleTable();
files.report();

/** The pages of all rules in a language. */
function writePages(folder: string, translations?: Translations): void {
  const names = new Set(rules.map(({ id }) => `${id}.md`));
  for (const rule of rules) files.write(`${folder}/${rule.id}.md`, renderRulePage(rule, translations));
  for (const page of existsSync(folder) ? readdirSync(folder) : []) {
    if (page.endsWith('.md') && !names.has(page)) files.remove(`${folder}/${page}`);
  }
}

/** Tags of the languages that have pages. */
function listLanguages(): readonly string[] {
  return readdirSync('l10n').flatMap((name) => /^pages\.l10n\.(.+)\.json$/.exec(name)?.[1] ?? []);
}

/** What translators need for the pages, besides what is said at run time, too. */
function writePageTexts(): void {
  const bundle = readTexts('bundle.l10n');
  const texts = listPageTexts(rules).filter((text) => !(text in bundle));
  files.write('l10n/pages.l10n.json', `${JSON.stringify(Object.fromEntries(texts.map((text) => [text, text])), undefined, 2)}\n`);
}

function readTexts(name: string): Translations {
  return JSON.parse(readFileSync(`l10n/${name}.json`, 'utf8')) as Translations;
}

/** The schemas of the files that the extension contributes to the YAML extension, in a language. */
function writeSchemas(folder: string, translations?: Translations): void {
  writeSchema(folder, 'config', '.trtc.yaml', configSchema(), translations);
  writeSchema(folder, 'smoke', '*.smoke.yaml', smokeFileSchema, translations);
}

/** A schema for editors: the YAML extension checks, completes and describes by it. */
function writeSchema(folder: string, name: string, title: string, schema: Schema, translations: Translations = {}): void {
  const say = (key: string, value: unknown): unknown => ((key === 'description' || key === 'patternErrorMessage') && typeof value === 'string' ? (translations[value] ?? value) : value);
  const file = { $schema: 'http://json-schema.org/draft-07/schema#', $id: `${name}.schema.json`, title, ...schema };
  files.write(`${folder}/${name}.schema.json`, `${JSON.stringify(file, say, 2)}\n`);
}

/** `contributes` of package.json and package.nls.json, from the contributes.json files and what the rules add to them. */
function writeManifest(): void {
  const { contributes, strings } = readManifest();
  const said: Record<string, string> = {};
  const families = [...new Set(rules.map(({ family }) => family))].sort();
  const severities = Object.fromEntries([
    ...families.map((family) => [family, describeSetting(OF_FAMILY)]),
    ...rules.map((rule) => [rule.id, describeSetting(rule.summary)]),
  ]) as Record<string, unknown>;
  addToSetting(contributes.configuration.properties, 'tensorrt.rules', { properties: takeTexts(severities, 'setting.rules', said) });
  addToSetting(contributes.configuration.properties, 'tensorrt.targets', { items: takeTexts(targetSchema(), 'setting.targets.item', said) });
  const manifest = readFileSync('package.json', 'utf8');
  files.write('package.json', applyEdits(manifest, modify(manifest, ['contributes'], contributes, { formattingOptions: { tabSize: 2, insertSpaces: true } })));
  writeStrings('package.nls.json', { ...strings, ...said });
  for (const language of listLanguages()) {
    // Kept by hand but for these, which are said at run time, too.
    const file = `package.nls.${language}.json`;
    const byHand = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Translations).filter(([key]) => key in strings);
    const bundle = readTexts(`bundle.l10n.${language}`);
    writeStrings(file, Object.fromEntries([...byHand, ...Object.entries(said).flatMap(([key, text]) => (bundle[text] === undefined ? [] : [[key, bundle[text]]]))]) as Translations);
  }
}

function writeStrings(file: string, strings: Translations): void {
  files.write(file, `${JSON.stringify(strings, undefined, 2)}\n`);
}

/** The value with `%key%` in the place of every description, whose texts go into `said`. */
function takeTexts(value: unknown, key: string, said: Record<string, string>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]: [string, unknown]) => {
      if ((name !== 'description' && name !== 'patternErrorMessage') || typeof item !== 'string') return [name, takeTexts(item, name === 'properties' ? key : `${key}.${name}`, said)];
      const place = name === 'description' ? key : `${key}.form`;
      said[place] = item;
      return [name, `%${place}%`];
    }),
  );
}

function addToSetting(settings: Record<string, unknown>, name: string, more: object): void {
  if (settings[name] === undefined) throw new Error(`No contributes.json declares the setting ${name}`);
  settings[name] = { ...settings[name], ...more };
}

function describeSetting(description: string): object {
  return { type: 'string', enum: SEVERITIES, description };
}

/** The table between the markers of README.md, where it has them. */
function writeRuleTable(): void {
  if (!existsSync('README.md')) return;
  const readme = readFileSync('README.md', 'utf8');
  const rows = rules.map((rule) => `| [${rule.id}](${PAGES}/${rule.id}.md) | ${rule.severity} | ${rule.summary.replaceAll('|', '\\|')} | ${listEvidence(rule)} | ${hasFix(rule) ? 'yes' : ''} |`);
  const table = ['| Rule | Severity | Finds | Evidence | Fix |', '|--|--|--|--|--|', ...rows].join('\n');
  files.write('README.md', readme.replace(/(<!-- rules:start -->\n)[\s\S]*?(<!-- rules:end -->)/, (_, start: string, end: string) => `${start}${table}\n${end}`));
}

/** Up to this many sources are shown for a rule; its page has all that its examples cite. */
const SHOWN_SOURCES = 3;

/** Links to what the rule cites in its examples. */
function listEvidence(rule: RuleInfo): string {
  const cited = rule.examples.flatMap((example) => runExample(rule, example)).flatMap(({ evidence }) => evidence);
  const urls = new Set(cited.flatMap(({ source }) => /https?:\/\/[^\s)]+/.exec(source)?.[0] ?? []));
  if (urls.size === 0) return cited[0] === undefined ? 'the file itself' : formatText(nameSource(cited[0]));
  return [...urls].slice(0, SHOWN_SOURCES).map((url) => `[${nameOfSource(url)}](${url})`).join(', ');
}

/** `NVIDIA/TensorRT#4545` for a thread, the host for everything else. */
function nameOfSource(url: string): string {
  const thread = /github\.com\/([^/]+\/[^/]+)\/(?:issues|pull)\/(\d+)/.exec(url);
  return thread === null ? new URL(url).host : `${thread[1]}#${thread[2]}`;
}

function hasFix(rule: RuleInfo): boolean {
  return rule.examples.some((example) => example.kind === 'bad' && example.fixed !== undefined);
}
