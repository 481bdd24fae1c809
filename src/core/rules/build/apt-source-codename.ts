import type { CopyInstruction } from '../../dockerfile/model';
import { distributionsChecked, findDistribution, findDistributionByCodename } from '../../facts/distributions';
import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { InstructionStep, StackReport, StackState } from '../../stack/model';
import { findComponent, knownVersion } from '../../stack/query';
import { baseName, resolvePath } from '../../text/path';
import type { Location } from '../../text/range';
import { defineRule } from '../model';

export const rule = defineRule({
  id: 'build-apt-source-codename',
  family: 'build',
  severity: 'error',
  summary: 'The list of apt’s sources is that of another release than the base image.',
  messages: {
    otherRelease: '{list} is for {os} ({codename}), and the base image is {base} ({baseCodename}): apt installs packages of the wrong release, or stops with `unmet dependencies`.',
  },
  docs: {
    what: 'A file is copied over `/etc/apt/sources.list`, or the list is written anew, with the code name of another release than that of the base image: in its lines, where the build context is at hand, or in its name.',
    why: 'apt does not look at the release. With the list of a newer one it replaces libc and all that hangs on it; with that of an older one the packages ask for versions that are not there: `E: Unable to correct problems, you have held broken packages`.',
    instead: 'A list for each release, or the image’s own list with another address: `sed -i "s|archive.ubuntu.com|mirror.example.com|" /etc/apt/sources.list`.',
    silent: 'The release of the base is not known, the list names the base’s release too, or lines are added to the image’s own list.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'the name says it',
      text: 'FROM nvidia/cuda:11.4.3-runtime-ubuntu18.04\nCOPY «./sources-focal.list» /etc/apt/sources.list\nRUN apt-get update && apt-get install -y wget\n',
      messageId: 'otherRelease',
    },
    {
      kind: 'bad',
      title: 'the lines say it',
      text: 'FROM ubuntu:22.04\nCOPY «sources.list» /etc/apt/\nRUN apt-get update\n',
      context: { 'sources.list': '# mirror\ndeb http://mirror.example.com/ubuntu focal main\ndeb http://mirror.example.com/ubuntu focal-updates main\n' },
      messageId: 'otherRelease',
    },
    {
      kind: 'bad',
      title: 'written in the Dockerfile',
      text: 'FROM ubuntu:22.04\nRUN «echo "deb http://mirror.example.com/ubuntu focal main universe" > /etc/apt/sources.list»\n',
      messageId: 'otherRelease',
    },
    {
      kind: 'good',
      title: 'the release of the base',
      text: 'FROM nvidia/cuda:11.6.2-runtime-ubuntu20.04\nCOPY ./sources-focal.list /etc/apt/sources.list\n',
    },
    {
      kind: 'good',
      title: 'a wrong name, and the right lines',
      text: 'FROM ubuntu:22.04\nCOPY sources-focal.list /etc/apt/sources.list\n',
      context: { 'sources-focal.list': 'deb http://mirror.example.com/ubuntu jammy main\n' },
    },
    {
      kind: 'good',
      title: 'a line of another release beside the image’s own',
      text: 'FROM ubuntu:22.04\nRUN echo "deb http://archive.ubuntu.com/ubuntu focal main" >> /etc/apt/sources.list\n',
    },
  ],
  check({ report, stack }) {
    for (const { steps } of stack.stages) {
      for (const step of steps) {
        const base = baseRelease(step.before);
        if (base === undefined) continue;
        for (const { list, codenames, location } of findLists(step, stack)) {
          const others = codenames.flatMap((codename) => findDistributionByCodename(codename) ?? []);
          const [other] = others;
          if (other === undefined || other.codename === null || codenames.includes(base.codename) || others.length !== new Set(codenames).size) continue;
          const evidence: Evidence = { fact: msg`${other.codename} is the code name of ${other.os}`, source: other.source, checked: distributionsChecked() };
          report({ messageId: 'otherRelease', data: { list, os: other.os, codename: other.codename, base: base.os, baseCodename: base.codename }, location, evidence: [evidence], related: [{ location: base.where, message: msg`${base.os} comes in here.` }] });
        }
      }
    }
  },
});

interface BaseRelease {
  readonly os: string;
  readonly codename: string;
  readonly where: Location;
}

function baseRelease(state: StackState): BaseRelease | undefined {
  const os = findComponent(state, 'os');
  const version = knownVersion(os?.version);
  const row = os === undefined || os.certainty === 'assumed' || version === undefined ? undefined : findDistribution(`${os.name}${version}`);
  return row === undefined || row.codename === null || os === undefined ? undefined : { os: row.os, codename: row.codename, where: os.where };
}

interface SourcesList {
  /** For the message. */
  readonly list: string;
  readonly codenames: readonly string[];
  readonly location: Location;
}

const MAIN_LIST = /^\/etc\/apt\/(?:sources\.list|sources\.list\.d\/(?:ubuntu|debian)\.sources)$/;
const DEB_LINE = /^[ \t]*deb(?:-src)?[ \t]+(?:\[[^\]]*\][ \t]+)?\S+[ \t]+([a-z]+)/gm;
const SUITES = /^Suites:[ \t]*([a-z]+)/gim;

/** The lists that an instruction puts in the place of the image's own. */
function findLists(step: InstructionStep, stack: StackReport): readonly SourcesList[] {
  const { instruction } = step;
  if ((instruction.kind === 'copy' || instruction.kind === 'add') && !instruction.flags.some(({ name }) => name === 'from')) return copiedLists(instruction, step, stack);
  return step.actions.flatMap(({ action }): readonly SourcesList[] => {
    if (action.kind !== 'file-write' || action.append || action.command.conditional || !MAIN_LIST.test(action.path.value) || action.text?.known !== true) return [];
    const codenames = codenamesOf(action.text.value);
    return codenames.length === 0 ? [] : [{ list: action.path.value, codenames, location: { file: action.file, range: action.range } }];
  });
}

function copiedLists({ sources, destination }: CopyInstruction, { before }: InstructionStep, { context, dockerfile }: StackReport): readonly SourcesList[] {
  if (destination === undefined || destination.raw.includes('$')) return [];
  const target = resolvePath(before.workdir, destination.raw);
  return sources.flatMap(({ raw, range }): readonly SourcesList[] => {
    const path = target === '/etc/apt' || target.endsWith('/sources.list.d') ? `${target}/${baseName(raw)}` : target;
    if (!MAIN_LIST.test(path) || /[$*?[<]/.test(raw)) return [];
    const text = context?.readText(resolvePath('/', raw).slice(1));
    const named = /(?:^|[._-])([a-z]{4,})(?=[._-]|$)/g;
    const codenames = text === undefined ? [...baseName(raw).matchAll(named)].flatMap(([, word = '']) => (findDistributionByCodename(word) === undefined ? [] : [word])) : codenamesOf(text);
    return codenames.length === 0 ? [] : [{ list: raw, codenames, location: { file: dockerfile.file, range } }];
  });
}

function codenamesOf(text: string): readonly string[] {
  return [...new Set([...text.matchAll(DEB_LINE), ...text.matchAll(SUITES)].map(([, codename = '']) => codename))];
}
