import { userInfo } from 'node:os';
import { formatText, msg, type Text } from '../core/l10n/message';
import { connect, disconnect, readBuildCacheBytes, readEngineInfo, type EngineAddress } from '../docker';
import { askEngine, collectHost, judgeHost, listPrivate, redact, redactFindings, renderIssueReport, renderTargets, sortFindings, toTarget, type Finding, type HostEvidence, type ProbeState } from '../host';
import { listEngines, pickAddress } from './engine';
import { Failure } from './failure';
import { say } from './language';
import { makeVisible } from './visible';
import { createPaint, wantsColor, widthOf, type Paint } from './terminal';
import { VERSION } from './version';

/** Options of `trtc doctor`. */
export interface DoctorArguments {
  readonly json?: boolean;
  readonly report?: boolean;
  readonly target?: boolean;
  /** Takes names, addresses and identifiers out of what is printed. */
  readonly redact?: boolean;
  /** A docker context, or the address of an engine. */
  readonly context?: string;
}

/** `trtc doctor`: checks the machine and its engine. Exit status 1 where something fails. Throws Failure for a context that is not known. */
export async function checkHost({ json, report, target, redact: isRedacted, context }: DoctorArguments): Promise<void> {
  const evidence = await collect(context);
  const known = listPrivate(evidence, [userInfo().username]);
  const judged = judgeHost(evidence);
  const findings = isRedacted === true ? redactFindings(judged, known) : judged;
  if (findings.some(({ state }) => state === 'fail')) process.exitCode = 1;
  if (target === true) {
    const found = toTarget(evidence);
    if (found === undefined) throw new Failure(msg`nothing is known of the GPU of this engine; \`trtc doctor\` says why`);
    process.exitCode = 0;
    process.stdout.write(renderTargets(found));
  } else if (report === true) {
    process.stdout.write(renderIssueReport(evidence, findings, { version: VERSION, userNames: [userInfo().username] }));
  } else if (json === true) {
    process.stdout.write(`${JSON.stringify(describe(evidence, findings, isRedacted === true ? (text) => redact(text, known) : (text) => text), undefined, 2)}\n`);
  } else {
    process.stdout.write(renderFindings(findings, createPaint(wantsColor(process.stdout))));
  }
}

async function collect(context: string | undefined): Promise<HostEvidence> {
  const options = context === undefined ? {} : { context };
  const addresses = await listEngines(options);
  const address = pickAddress(addresses, options);
  const engine = await withEngine(address, (questions) => askEngine(address, addresses, questions));
  return collectHost({ engine });
}

/** The questions to an engine, whose connection is closed after; connecting is part of the first question, so that its failure is the answer. */
async function withEngine<T>(address: EngineAddress, task: (questions: Parameters<typeof askEngine>[2]) => Promise<T>): Promise<T> {
  let opened: Awaited<ReturnType<typeof connect>> | undefined;
  const open = async (signal: AbortSignal): Promise<Awaited<ReturnType<typeof connect>>> => (opened ??= await connect(address, signal));
  try {
    return await task({
      info: async (signal) => readEngineInfo(await open(signal), signal),
      buildCacheBytes: async (signal) => readBuildCacheBytes(await open(signal), signal),
    });
  } finally {
    if (opened !== undefined) disconnect(opened);
  }
}

/** The findings as JSON, whose schema is media/schemas/doctor-output.schema.json; all that was collected is not among them. `clean` is for the rest. */
function describe(evidence: HostEvidence, findings: readonly Finding[], clean: (text: string) => string): object {
  const target = toTarget(evidence) ?? null;
  const { info, address } = evidence.engine;
  return {
    version: 1,
    collected: evidence.collected,
    engine: address === null ? null : { name: clean(address.name), url: clean(address.url), version: info?.version ?? null, product: info?.product ?? null },
    target,
    findings: findings.map(({ title, details, remedies, evidence: quotes, ...finding }) => ({
      ...finding,
      title: formatText(title),
      details: details.map((text) => formatText(text)),
      evidence: quotes.map(({ from, lines }) => ({ from, lines: lines.map((line) => formatText(line)) })),
      remedies: remedies.map(({ text, commands }) => ({ text: formatText(text), commands })),
    })),
  };
}

const LABELS: Readonly<Record<ProbeState, Text>> = { fail: msg`fail`, warn: msg`warning`, unknown: msg`unknown`, ok: msg`ok`, 'not-applicable': '-' };
const LABEL_WIDTH = 9;

/** The findings for people: the worst first, with what mends them; what does not apply is left out. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  const shown = sortFindings(findings).filter(({ state }) => state !== 'not-applicable');
  const blocks = [...shown.filter(({ state }) => state !== 'unknown').map((finding) => renderFinding(finding, paint)), ...renderUnknown(shown, paint)];
  const count = (state: ProbeState): number => findings.filter((finding) => finding.state === state).length;
  const warnings = count('warn') === 1 ? msg`1 warning` : msg`${count('warn')} warnings`;
  return `${blocks.join('')}\n${say(msg`${count('ok')} ok, ${warnings}, ${count('fail')} failed, ${count('unknown')} unknown`)}\n`;
}

/** Questions without an answer, under the reasons why. */
function renderUnknown(findings: readonly Finding[], paint: Paint): readonly string[] {
  const reasons = new Map<string, Text[]>();
  for (const { state, title, details } of findings) {
    if (state !== 'unknown') continue;
    const reason = details.map((text) => say(text)).join(' ');
    reasons.set(reason, [...(reasons.get(reason) ?? []), title]);
  }
  return [...reasons].map(([reason, titles]) => `${paint.blue(label('unknown'))}${makeVisible(say(titles.reduce((all, title) => msg`${all}; ${title}`)))}\n${reason === '' ? '' : `${' '.repeat(LABEL_WIDTH)}${makeVisible(reason)}\n`}`);
}

/** What a state is called, as wide as all of them. */
function label(state: ProbeState): string {
  const text = say(LABELS[state]);
  return `${text}${' '.repeat(Math.max(1, LABEL_WIDTH - widthOf(text)))}`;
}

function renderFinding({ state, title, details, evidence, remedies, sources }: Finding, paint: Paint): string {
  const color = state === 'fail' ? paint.red : state === 'warn' ? paint.yellow : (text: string) => text;
  const head = `${color(label(state))}${paint.bold(makeVisible(say(title)))}\n`;
  const indent = ' '.repeat(LABEL_WIDTH);
  const texts = details.map((text) => `${indent}${makeVisible(say(text))}\n`);
  if (state === 'ok') return head + texts.join('');
  return [
    head,
    ...texts,
    ...evidence.flatMap(({ from, lines }) => lines.map((line) => `${indent}${paint.dim(`${makeVisible(from)}: ${makeVisible(say(line))}`)}\n`)),
    ...remedies.flatMap(({ text, commands }) => [`${indent}${makeVisible(say(text))}\n`, ...commands.map((command) => `${indent}  ${command}\n`)]),
    ...sources.slice(0, 2).map((source) => `${indent}${paint.dim(source)}\n`),
  ].join('');
}
