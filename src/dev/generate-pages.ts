// The second half of generate.ts: what needs the rules themselves.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { applyEdits, modify } from 'jsonc-parser';
import { registry } from '../core/engine/analyse';
import { renderRulePage } from '../core/engine/page';
import type { RuleInfo } from '../core/rules/model';
import { GeneratedFiles } from './generated-files';

const PAGES = 'media/rules';
const SEVERITIES = ['off', 'hint', 'information', 'warning', 'error'];

const files = new GeneratedFiles();
const rules = registry.rules;

for (const rule of rules) files.write(`${PAGES}/${rule.id}.md`, renderRulePage(rule));
const pages = new Set(rules.map((rule) => `${rule.id}.md`));
for (const page of existsSync(PAGES) ? readdirSync(PAGES) : []) {
  if (page.endsWith('.md') && !pages.has(page)) files.remove(`${PAGES}/${page}`);
}
writeSettings();
writeRuleTable();
files.report();

/** `properties` of the setting `tensorrt.rules` in package.json: names to complete, each with what it finds. */
function writeSettings(): void {
  const manifest = readFileSync('package.json', 'utf8');
  const { contributes } = JSON.parse(manifest) as { contributes: { configuration: readonly { properties: object }[] } };
  const section = contributes.configuration.findIndex(({ properties }) => 'tensorrt.rules' in properties);
  if (section < 0) throw new Error('package.json declares no setting tensorrt.rules');
  const families = [...new Set(rules.map(({ family }) => family))].sort();
  const properties = Object.fromEntries([
    ...families.map((family) => [family, describeSetting(`Rules of the family ${family} that have no entry of their own.`)]),
    ...rules.map((rule) => [rule.id, describeSetting(rule.summary)]),
  ]) as Record<string, unknown>;
  const place = ['contributes', 'configuration', section, 'properties', 'tensorrt.rules', 'properties'];
  files.write('package.json', applyEdits(manifest, modify(manifest, place, properties, { formattingOptions: { tabSize: 2, insertSpaces: true } })));
}

function describeSetting(description: string): object {
  return { type: 'string', enum: SEVERITIES, description };
}

/** The table between the markers of README.md, where it has them. */
function writeRuleTable(): void {
  if (!existsSync('README.md')) return;
  const readme = readFileSync('README.md', 'utf8');
  const rows = rules.map((rule) => `| [${rule.id}](${PAGES}/${rule.id}.md) | ${rule.severity} | ${rule.summary.replaceAll('|', '\\|')} | ${hasFix(rule) ? 'yes' : ''} |`);
  const table = ['| Rule | Severity | Finds | Fix |', '|--|--|--|--|', ...rows].join('\n');
  files.write('README.md', readme.replace(/(<!-- rules:start -->\n)[\s\S]*?(<!-- rules:end -->)/, (_, start: string, end: string) => `${start}${table}\n${end}`));
}

function hasFix(rule: RuleInfo): boolean {
  return rule.examples.some((example) => example.kind === 'bad' && example.fixed !== undefined);
}
