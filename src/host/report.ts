import { formatMessage } from '../core/engine/message';
import { sortFindings } from './check';
import type { CommandOutcome, HostEvidence } from './evidence';
import type { Finding, ProbeState, Text } from './model';
import { daemonFile } from './read/daemon-json';
import { readToolkitVersion } from './read/system';
import { redact } from './redact';

/** Puts the data of a text into it. */
export function formatText({ template, data }: Text): string {
  return formatMessage(template, data);
}

const MARKS: Readonly<Record<ProbeState, string>> = { fail: '❌ fail', warn: '⚠️ warning', unknown: '❔ unknown', ok: '✅ ok', 'not-applicable': '— not applicable' };
const SECTIONS_OUTPUT_LINES = 60;

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
  const sorted = sortFindings(findings);
  const applicable = sorted.filter(({ state }) => state !== 'not-applicable');
  const info = engine.info;
  const parts = [
    '### GPU container host',
    '',
    `Collected ${evidence.collected.slice(0, 16)}Z by TensorRT Containers ${version} (trtc doctor). Names, addresses, identifiers and secrets were taken out.`,
    '',
    '| | |\n|--|--|',
    ...applicable.map(({ state, title }) => `| ${MARKS[state]} | ${cell(formatText(title))} |`),
    '',
    ...applicable.filter(({ state }) => state === 'fail' || state === 'warn').flatMap(renderFinding),
    section('Machine', [`kernel: ${machine.kernel}`, `system: ${osName(evidence)}`, `architecture: ${machine.architecture}`]),
    output('Driver information', commands.smi),
    fileSection('Kernel module', files.kernelModule),
    section(
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
    section('Configuration of the engine', listDaemonKeys(evidence)),
    section('NVIDIA Container Toolkit', [readToolkitVersion(machine) ?? 'not found']),
    fileSection('Configuration of the toolkit', files.toolkitConfig),
    output('CDI devices', commands.ctkCdi),
    output('NVIDIA packages', commands.dpkg.problem === 'missing' ? commands.rpm : commands.dpkg),
  ];
  const text = parts.filter((part) => part !== undefined).join('\n');
  const contexts = [...(engine.address === null ? [] : [engine.address]), ...engine.others].filter(({ from }) => from !== 'environment').map(({ name }) => name);
  const hostNames = [machine.hostName, info?.hostName ?? '', ...contexts].flatMap((name) => [name, name.split('.')[0] ?? '']).filter((name) => name !== '');
  return `${redact(text, { hostNames, userNames }).trimEnd()}\n`;
}

function renderFinding({ title, details, evidence, remedies, sources }: Finding): readonly string[] {
  return [
    `#### ${plain(formatText(title))}`,
    '',
    ...details.map((text) => `${plain(formatText(text))}\n`),
    ...evidence.flatMap(({ from, lines }) => [fence([`# ${from}`, ...lines].join('\n')), '']),
    ...remedies.flatMap(({ text, commands }) => [`${plain(formatText(text))}\n`, ...(commands.length === 0 ? [] : [fence(commands.join('\n')), ''])]),
    ...(sources.length === 0 ? [] : [sources.map((source) => `<${source}>`).join(' '), '']),
  ];
}

function output(title: string, { argv, stdout, stderr, problem }: CommandOutcome): string | undefined {
  if (problem === 'missing') return undefined;
  return section(`${title} (${argv.join(' ')})`, [...`${stdout}\n${stderr}`.trim().split(/\r?\n/), ...(problem === null ? [] : [problem])]);
}

function fileSection(title: string, file: HostEvidence['machine']['files']['daemonJson']): string | undefined {
  if (!('text' in file)) return file.code === 'ENOENT' ? undefined : section(`${title} (${file.path})`, [file.code]);
  return section(`${title} (${file.path})`, file.text.trimEnd().split(/\r?\n/));
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

function section(title: string, lines: readonly string[]): string {
  const shown = lines.slice(0, SECTIONS_OUTPUT_LINES);
  const rest = lines.length - shown.length;
  return `<details><summary>${escapeHtml(title)}</summary>\n\n${fence([...shown, ...(rest > 0 ? [`… ${rest} more lines`] : [])].join('\n'))}\n\n</details>\n`;
}

/** A block of code that its text cannot end. */
function fence(text: string): string {
  const clean = dropControls(text);
  const ticks = Math.max(2, ...Array.from(clean.matchAll(/`+/g), ([run]) => run.length)) + 1;
  return `${'`'.repeat(ticks)}text\n${clean}\n${'`'.repeat(ticks)}`;
}

/** One line of prose whose text is no markup; backticks stay, as they set off commands. */
function plain(text: string): string {
  return dropControls(text).replace(/\s+/g, ' ').replace(/[\\*_[\]<>#|!~]/g, '\\$&');
}

function cell(text: string): string {
  return plain(text);
}

/** Control characters and those that turn the direction of writing do nothing in a report but mislead. */
function dropControls(text: string): string {
  return text.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

function escapeHtml(text: string): string {
  return dropControls(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

function osName({ machine }: HostEvidence): string {
  const { osRelease } = machine.files;
  return ('text' in osRelease ? /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease.text)?.[1] : undefined) ?? machine.platform;
}
