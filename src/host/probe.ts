import { msg } from '../core/l10n/message';
import { placeOfEngine, type CommandOutcome, type EngineFacts, type FileOutcome, type HostEvidence } from './evidence';
import { say, verdict, type Quote, type Text, type Verdict } from './model';

/** One question to the host. Pure over the evidence: it starts nothing and reads nothing. */
export interface Probe {
  readonly id: string;
  readonly judge: (evidence: HostEvidence) => Verdict;
}

const QUOTED_LINES = 6;
const QUOTED_CHARACTERS = 200;

/** What a program said, shortened: its first lines, errors first where it failed. */
export function quoteCommand({ argv, status, stdout, stderr, problem }: CommandOutcome, pick: (line: string) => boolean = () => true): Quote {
  const text = status === 0 ? stdout : `${stderr}\n${stdout}`;
  const lines = linesOf(text).filter(pick).slice(0, QUOTED_LINES).map(shorten);
  return { from: argv.join(' '), lines: lines.length > 0 ? lines : [problem ?? (status === null ? msg`no answer` : msg`exit status ${status}`)] };
}

/** Lines of a file; nothing for one that could not be read. */
export function quoteFile(file: FileOutcome, pick: (line: string) => boolean = () => true): readonly Quote[] {
  if (!('text' in file)) return file.code === 'ENOENT' ? [] : [{ from: file.path, lines: [file.code] }];
  const lines = linesOf(file.text).filter(pick).slice(0, QUOTED_LINES).map(shorten);
  return lines.length === 0 ? [] : [{ from: file.path, lines }];
}

/** Some facts of `docker info`, as they are called there. */
export function quoteInfo(facts: Readonly<Record<string, string | readonly string[] | null>>): Quote {
  const lines = Object.entries(facts).map(([name, value]) => (value === null ? msg`${name}: not told` : typeof value === 'string' ? shorten(`${name}: ${value}`) : value.length === 0 ? msg`${name}: none` : shorten(`${name}: ${value.join(' ')}`)));
  return { from: 'docker info', lines };
}

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => line.trimEnd()).filter((line) => line !== '');
}

function shorten(line: string): string {
  return line.length > QUOTED_CHARACTERS ? `${line.slice(0, QUOTED_CHARACTERS)}…` : line;
}

/**
 * Why nothing of the engine's machine can be read from here; undefined where it is this machine, or where there is no
 * engine, so that this machine is what is asked about.
 */
export function whyUnreadable(evidence: HostEvidence): Text | undefined {
  switch (placeOfEngine(evidence)) {
    case 'here':
    case 'desktop-wsl':
    case 'unknown':
      return undefined;
    case 'desktop-vm':
      return say('The engine runs in the virtual machine of Docker Desktop, which does not show its inside.');
    case 'elsewhere':
      return evidence.machine.inContainer
        ? say('This check runs in a container, and the engine outside of it: run it on the host.')
        : say('The engine runs on another machine: run `trtc doctor` there.');
  }
}

/** Wraps a judgement that needs the machine of the engine. */
export function onHost(question: string, judge: (evidence: HostEvidence) => Verdict): (evidence: HostEvidence) => Verdict {
  return (evidence) => {
    // No Mac of today has an NVIDIA GPU.
    if (evidence.machine.platform === 'darwin' && placeOfEngine(evidence) !== 'elsewhere') return verdict('not-applicable', say(question));
    const reason = whyUnreadable(evidence);
    return reason === undefined ? judge(evidence) : verdict('unknown', say(question), { details: [reason] });
  };
}

/** Wraps a judgement that needs an answer of the engine. */
export function ofEngine(question: string, judge: (info: EngineFacts, evidence: HostEvidence) => Verdict): (evidence: HostEvidence) => Verdict {
  return (evidence) => {
    const { info } = evidence.engine;
    return info === null ? verdict('unknown', say(question), { details: [say('No engine answers.')] }) : judge(info, evidence);
  };
}
