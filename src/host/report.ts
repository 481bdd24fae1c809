import { formatText, type Text } from '../core/l10n/message';
import { sortFindings } from './check';
import type { CommandOutcome, FileOutcome, HostEvidence } from './evidence';
import type { Finding, ProbeState } from './model';
import { toHtmlText, toMarkdownBlock, toMarkdownLine } from './markdown';
import { daemonFile } from './read/daemon-json';
import { readToolkitVersion } from './read/system';
import { listPrivate, redact, redactText, type Private } from './redact';

const MARKS: Readonly<Record<ProbeState, string>> = { fail: '**fail**', warn: '**warning**', unknown: 'unknown', ok: 'ok', 'not-applicable': 'not applicable' };
const SECTION_LINES = 60;

/** Who wrote the report and whose names must not be in it. */
export interface ReportOptions {
  /** Version of the extension or command line. */
  readonly version: string;
  /** The user who runs it. */
  readonly userNames: readonly string[];
}

/**
 * A report in Markdown to paste into an issue: a summary of the findings, then what the bug reports of the NVIDIA
 * Container Toolkit ask for (kernel, driver, Docker, packages, toolkit). Private things are taken out of it.
 */
export function renderIssueReport(evidence: HostEvidence, findings: readonly Finding[], { version, userNames }: ReportOptions): string {
  const { machine, engine } = evidence;
  const { commands, files } = machine;
  const page = new Page(listPrivate(evidence, userNames));
  const sorted = sortFindings(findings);
  const applicable = sorted.filter(({ state }) => state !== 'not-applicable');
  const info = engine.info;
  const parts = [
    '### GPU container host',
    '',
    `Collected ${evidence.collected.slice(0, 16)}Z by TensorRT Containers ${version} (trtc doctor). Names, addresses, identifiers and secrets were taken out.`,
    '',
    '| | |\n|--|--|',
    ...applicable.map(({ state, title }) => `| ${MARKS[state]} | ${page.plain(title)} |`),
    '',
    ...applicable.filter(({ state }) => state === 'fail' || state === 'warn').flatMap((finding) => page.renderFinding(finding)),
    page.section('Machine', [`kernel: ${machine.kernel}`, `system: ${osName(evidence)}`, `architecture: ${machine.architecture}`]),
    page.output('Driver information', commands.smi),
    page.fileSection('Kernel module', files.kernelModule),
    page.section(
      'Docker',
      info === null
        ? [engine.problem === null ? 'not asked' : `${engine.problem.kind}: ${engine.problem.detail}`]
        : [
            `product: ${info.product}`,
            `version: ${info.version} (API ${info.apiVersion})`,
            `operating system: ${info.operatingSystem}`,
            `kernel: ${info.kernel}`,
            `runtimes: ${info.runtimes.join(' ')}`,
            `default runtime: ${info.defaultRuntime}`,
            `cgroup driver: ${info.cgroupDriver}, version ${info.cgroupVersion ?? 'not told'}`,
            `CDI folders: ${info.cdiSpecFolders === null ? 'not told' : info.cdiSpecFolders.join(' ') || 'none'}`,
            `CDI devices: ${info.cdiDevices === null ? 'not told' : info.cdiDevices.join(' ') || 'none'}`,
            `storage driver: ${info.storageDriver}`,
            `security options: ${info.securityOptions.join(' ')}`,
            `context: ${engine.address?.name ?? ''} (${engine.address?.url ?? ''})`,
          ],
    ),
    page.section('Configuration of the engine', listDaemonKeys(evidence)),
    page.section('NVIDIA Container Toolkit', [readToolkitVersion(machine) ?? 'not found']),
    page.fileSection('Configuration of the toolkit', files.toolkitConfig),
    page.output('CDI devices', commands.ctkCdi),
    page.section('NVIDIA packages', listPackages(evidence)),
  ];
  return `${parts.filter((part) => part !== undefined).join('\n').trimEnd()}\n`;
}

/** Writes Markdown out of texts of ours and of others; those of others have private things taken out and are no markup. */
class Page {
  readonly #private: Private;

  constructor(known: Private) {
    this.#private = known;
  }

  renderFinding({ title, details, evidence, remedies, sources }: Finding): readonly string[] {
    return [
      `#### ${this.plain(title)}`,
      '',
      ...details.map((text) => `${this.plain(text)}\n`),
      ...evidence.flatMap(({ from, lines }) => [this.#fence([`# ${from}`, ...lines.map((line) => formatText(line))]), '']),
      ...remedies.flatMap(({ text, commands }) => [`${this.plain(text)}\n`, ...(commands.length === 0 ? [] : [this.#fence(commands), ''])]),
      ...(sources.length === 0 ? [] : [sources.map((source) => `<${source}>`).join(' '), '']),
    ];
  }

  output(title: string, { argv, stdout, stderr, problem }: CommandOutcome): string | undefined {
    if (problem === 'missing') return undefined;
    return this.section(`${title} (${argv.join(' ')})`, [...`${stdout}\n${stderr}`.trim().split(/\r?\n/), ...(problem === null ? [] : [problem])]);
  }

  fileSection(title: string, file: FileOutcome): string | undefined {
    if (!('text' in file)) return file.code === 'ENOENT' ? undefined : this.section(`${title} (${file.path})`, [file.code]);
    return this.section(`${title} (${file.path})`, file.text.trimEnd().split(/\r?\n/));
  }

  section(title: string, lines: readonly string[]): string {
    const shown = lines.slice(0, SECTION_LINES);
    const rest = lines.length - shown.length;
    return `<details><summary>${toHtmlText(title)}</summary>\n\n${this.#fence([...shown, ...(rest > 0 ? [`… ${rest} more lines`] : [])])}\n\n</details>\n`;
  }

  plain(text: Text): string {
    return toMarkdownLine(formatText(redactText(text, this.#private)));
  }

  #fence(lines: readonly string[]): string {
    return toMarkdownBlock(redact(lines.join('\n'), this.#private));
  }
}

/** Installed packages: dpkg's list has names of those that are not, too. */
function listPackages({ machine: { commands: { dpkg, rpm } } }: HostEvidence): readonly string[] {
  const lines = dpkg.problem === 'missing' ? rpm.stdout.split(/\r?\n/) : dpkg.stdout.split(/\r?\n/).flatMap((line) => /^[ih]i\s+(.*)/.exec(line)?.[1] ?? []);
  const packages = lines.filter((line) => line !== '');
  return packages.length === 0 ? ['none found'] : packages;
}

/** Keys that decide about GPUs. Others name mirrors, proxies and labels of the owner. */
const DAEMON_KEYS: readonly string[] = ['runtimes', 'default-runtime', 'exec-opts', 'features', 'cdi-spec-dirs', 'data-root', 'storage-driver'];

function listDaemonKeys(evidence: HostEvidence): readonly string[] {
  const file = daemonFile(evidence);
  if (!('text' in file)) return [`${file.path}: ${file.code}`];
  try {
    const value: unknown = JSON.parse(file.text);
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    const shown = entries.filter(([key]) => DAEMON_KEYS.includes(key)).map(([key, one]) => `${key}: ${JSON.stringify(one)}`);
    const others = entries.length - shown.length;
    return [`${file.path}:`, ...shown, ...(others > 0 ? [`… ${others} other keys`] : [])];
  } catch {
    return [`${file.path}: no valid JSON`];
  }
}

function osName({ machine }: HostEvidence): string {
  const { osRelease } = machine.files;
  return ('text' in osRelease ? /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease.text)?.[1] : undefined) ?? machine.platform;
}
