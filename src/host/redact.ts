import type { Message, Text } from '../core/l10n/message';
import type { HostEvidence } from './evidence';
import type { Finding } from './model';

/** What is known to be private, besides what shows by its form. */
export interface Private {
  readonly hostNames: readonly string[];
  readonly userNames: readonly string[];
}

// The order matters: what contains others goes first.
const FORMS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Name and password in a URL.
  [/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']{1,200}@/gi, '$1[credentials]@'],
  // Tokens by the prefixes of GitHub, GitLab, NGC, Docker, Hugging Face, AWS and Slack, and JSON web tokens.
  [/\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{15,}|nvapi-[\w-]{20,}|dckr_(?:pat|oat)_[\w-]{20,}|hf_[A-Za-z0-9]{20,}|AKIA[0-9A-Z]{16}|xox[abprs]-[\w-]{10,})/g, '[token]'],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '[token]'],
  [/\b(authorization|proxy-authorization)(["']?\s*[:=]\s*["']?)(?:(?:basic|bearer)\s+)?[^\s"',}]+/gi, '$1$2[secret]'],
  // Values behind names of secrets: password=…, "auth": "…", API_KEY: …
  [/(\s--?(?:password|passwd|passphrase|secret|token|api-key)\s+["']?)(?!\[)[^\s"']+/gi, '$1[secret]'],
  [/((?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|credential)[\w.-]{0,40}["']?\s*[:=]\s*["']?)(?!\[)[^\s"',}]+/gi, '$1[secret]'],
  [/(["']auth["']\s*:\s*["'])[^"']*/g, '$1[secret]'],
  // Identifiers of GPUs and MIG devices, and any other UUID.
  [/\b(?:GPU-|MIG-|MIG-GPU-)?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b(?:\/\d+\/\d+)?/gi, '[uuid]'],
  // How messages shorten the one of a GPU.
  [/\bGPU-[0-9a-f]{8}\b/gi, '[uuid]'],
  [/(serial(?:[ _-]?(?:number|no\.?))?["']?\s*[:=]\s*["']?)(?!N\/A|\[)[^\s"',}]+/gi, '$1[serial]'],
  // Docker's id of an engine.
  [/\b(?:[A-Z2-7]{4}:){11}[A-Z2-7]{4}\b/g, '[id]'],
  [/\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b/gi, '[mac]'],
  // On Windows a name may have blanks: then something of the path follows.
  [/((?:[A-Za-z]:\\|\/mnt\/[a-z]\/)Users[/\\])[^/\\:"'`<>|\r\n]{1,64}(?=[/\\])/g, '$1[user]'],
  [/(\/(?:home|Users|users)\/|[A-Za-z]:\\Users\\)(?!\[user\])[^\s/\\:"'`<>|]+/g, '$1[user]'],
  [/(?<![\w.:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])/gi, '[ip]'],
  [/(?<![\w.:])(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?![\w:])/gi, '[ip]'],
  [/(?<![\w.:])f[cde][0-9a-f]{2}:[0-9a-f:]+/gi, '[ip]'],
];

/** Hosts of URLs that everyone knows stay: they are sources. */
const URL_HOST = /\b((?:https?|ssh|tcp|ftp|socks5?):\/\/(?:\[credentials\]@)?)([^\s/:"'`<>)\]]+)/gi;
const PUBLIC_HOST = /(?:^|\.)(?:github\.com|github\.io|nvidia\.com|docker\.com|docker\.io|nvcr\.io|ubuntu\.com|debian\.org|localhost|127\.0\.0\.1)$/i;

/** `name@host` and addresses of e-mail; the digest of an image and the version of a package stand behind such a sign, too. */
const AT_HOST = /(?<![\w.+-])[\w.+-]{1,64}@(?!sha256:|\d+(?:\.\d+){0,2}(?![.\w]))([A-Za-z\d][\w-]*(?:\.[\w-]+)*)/g;

const IPV4 = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g;

/**
 * Takes out of a text what is nobody's business: names of users and hosts, home folders, addresses, identifiers of
 * hardware, secrets. Versions, paths of the system and names of products stay. Better too much than too little.
 */
export function redact(text: string, { hostNames, userNames }: Private): string {
  let clean = text;
  for (const [pattern, replacement] of FORMS) clean = clean.replace(pattern, replacement);
  clean = clean.replace(AT_HOST, (_found, host: string) => `[user]@${PUBLIC_HOST.test(host) ? host : '[host]'}`);
  clean = clean.replace(URL_HOST, (found, start: string, host: string) => (PUBLIC_HOST.test(host) ? found : `${start}[host]`));
  clean = clean.replace(IPV4, (found, offset: number) => (isAddress(found, clean.slice(Math.max(0, offset - 24), offset)) ? '[ip]' : found));
  for (const [names, replacement] of [[hostNames, '[host]'], [userNames, '[user]']] as const) {
    // The longest first: a fully qualified name contains the short one.
    for (const name of [...names].filter((one) => one.length > 1 && !PUBLIC_NAMES.has(one.toLowerCase())).sort((a, b) => b.length - a.length)) {
      clean = clean.replace(new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?:${replacement === '[host]' ? '(?:\\.[a-z][\\w-]*)*' : ''})(?![\\w-])`, 'gi'), replacement);
    }
  }
  return clean;
}

/** Names of machines and users that a host check has met. `userNames`: who runs it. */
export function listPrivate({ engine, machine }: HostEvidence, userNames: readonly string[]): Private {
  const contexts = [...(engine.address === null ? [] : [engine.address]), ...engine.others].filter(({ from }) => from === 'context' || from === 'setting').map(({ name }) => name);
  const hostNames = [machine.hostName, engine.info?.hostName ?? '', ...contexts].flatMap((name) => [name, name.split('.')[0] ?? '']).filter((name) => name !== '');
  return { hostNames, userNames };
}

/** Likewise for a sentence. Our own words stay as they are: nothing in a template is private. */
export function redactText<T extends Text>(text: T, known: Private): T;
export function redactText(text: Text, known: Private): Text {
  if (typeof text === 'string') return redact(text, known);
  return { template: text.template, data: Object.fromEntries(Object.entries(text.data).map(([name, value]) => [name, redactText(value, known)])) };
}

/** Likewise for findings, the lines that they quote and the commands that they advise. */
export function redactFindings(findings: readonly Finding[], known: Private): readonly Finding[] {
  const clean = (text: Message): Message => redactText(text, known);
  return findings.map((finding) => ({
    ...finding,
    title: clean(finding.title),
    details: finding.details.map(clean),
    evidence: finding.evidence.map(({ from, lines }) => ({ from: redact(from, known), lines: lines.map((line) => redactText(line, known)) })),
    remedies: finding.remedies.map(({ text, commands }) => ({ text: clean(text), commands: commands.map((command) => redact(command, known)) })),
  }));
}

/** Names that tell nothing, and words that reports are made of. */
const PUBLIC_NAMES: ReadonlySet<string> = new Set(['root', 'localhost', 'docker', 'docker-desktop', 'desktop-linux', 'rootless', 'podman', 'colima', 'orbstack', 'nvidia', 'ubuntu', 'debian', 'linux', 'host', 'user', 'gpu', 'default']);

/** Four numbers are an address unless they stand where versions do, or are none. */
function isAddress(text: string, before: string): boolean {
  if (text.split('.').some((part) => Number(part) > 255)) return false;
  if (/^(?:127\.|0\.0\.0\.0$|255\.)/.test(text)) return false;
  return !/(?:version|driver|cuda|cudnn|tensorrt|nvml|revision|release|v)[\s:="']*$/i.test(before);
}
