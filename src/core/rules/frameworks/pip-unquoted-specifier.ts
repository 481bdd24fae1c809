import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { ShellCommand, ShellRedirect, ShellWord } from '../../shell/model';
import type { Range } from '../../text/range';
import { defineRule } from '../model';
import { endsBuild } from '../support/build-failure';

const REDIRECTION: Evidence = {
  fact: msg`The shell takes > and < of a version specifier without quotes for redirections: the packages are installed in any version, and files named =2.2.0 appear`,
  source: 'https://github.com/moby/moby/issues/35813',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'pip-unquoted-specifier',
  family: 'frameworks',
  severity: 'warning',
  summary: 'A version specifier with < or > stands without quotes on a command line.',
  messages: {
    output: 'The shell takes `{operator}` for a redirection: {tool} installs any version of {name}, and its output goes to a file named `{file}`.',
    input: 'The shell takes `<` for a redirection and finds no file to read: `cannot open {file}: No such file`.',
  },
  docs: {
    what: '`pip install torch>=2.0` or `conda install numpy<2`, without quotes around the specifier.',
    why: '`>` and `<` are the shell’s. With `>` the command gets the name alone, the newest version is installed, and what the command prints lands in a file `=2.0` ([moby#35813](https://github.com/moby/moby/issues/35813)). With `<` the shell looks for a file of that name, and the command does not run.',
    instead: 'Put quotes around the requirement: `pip install "torch>=2.0,<3"`.',
    silent: 'The redirection stands apart from the name, or is to something that is no version.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'at least a version',
      text: 'FROM python:3.11\nRUN pip install «torch>=2.0» torchvision\n',
      messageId: 'output',
      fixed: 'FROM python:3.11\nRUN pip install "torch>=2.0" torchvision\n',
    },
    {
      kind: 'bad',
      title: 'less than a version',
      text: 'FROM python:3.11\nRUN pip install «numpy<2»\n',
      messageId: 'input',
      severity: 'error',
      fixed: 'FROM python:3.11\nRUN pip install "numpy<2"\n',
    },
    {
      kind: 'bad',
      title: 'both ends, in conda',
      text: 'FROM continuumio/miniconda3\nRUN conda install -y «cudatoolkit>=11.3,<12» || true\n',
      messageId: 'input',
      fixed: 'FROM continuumio/miniconda3\nRUN conda install -y "cudatoolkit>=11.3,<12" || true\n',
    },
    {
      kind: 'good',
      title: 'quoted',
      text: 'FROM python:3.11\nRUN pip install "torch>=2.0" \'numpy<2\' onnx\\>=1.15\n',
    },
    {
      kind: 'good',
      title: 'redirections that are meant',
      text: 'FROM python:3.11\nRUN pip install torch==2.4.0 > /tmp/log 2>&1 && pip list >/tmp/list\n',
    },
    {
      kind: 'good',
      title: 'no shell',
      text: 'FROM python:3.11\nRUN ["pip", "install", "torch>=2.0"]\n',
    },
  ],
  check({ report, stack }) {
    for (const { steps } of stack.stages) {
      for (const step of steps) {
        for (const { action } of step.actions) {
          const { command } = action;
          if ((action.kind !== 'pip-install' && action.kind !== 'conda-install') || action.file !== command.file || command.redirects.length === 0) continue;
          const text = command.file === stack.dockerfile.file ? stack.dockerfile.text : (stack.files.get(command.file) ?? '');
          for (const { word, redirects, range } of findUnquoted(command)) {
            const input = redirects.find(({ operator }) => operator === '<');
            const shown = input ?? redirects[0];
            const written = text.slice(range.start, range.end);
            report({
              messageId: input === undefined ? 'output' : 'input',
              severity: input !== undefined && endsBuild(command, step, stack) ? 'error' : 'warning',
              data: { operator: `>${shown?.target?.value.startsWith('=') === true ? '=' : ''}`, tool: command.name, name: word.text.value, file: shown?.target?.value ?? '' },
              location: { file: command.file, range },
              evidence: [REDIRECTION],
              // A quote inside has a meaning of its own.
              fixes: /["'\\`]/.test(written) ? [] : [{ title: msg`Put quotes around ${written}`, safe: true, edits: [{ file: command.file, range, newText: `"${written}"` }] }],
            });
          }
        }
      }
    }
  },
});

interface Unquoted {
  readonly word: ShellWord;
  readonly redirects: readonly ShellRedirect[];
  /** The word with the redirections that follow it without a blank. */
  readonly range: Range;
}

const VERSION = /^=?\d[\w.*+!,=~]*$/;

function findUnquoted({ words, redirects }: ShellCommand): readonly Unquoted[] {
  return words.flatMap((word) => {
    const parts: ShellRedirect[] = [];
    let end = word.range.end;
    for (const redirect of redirects) {
      if (redirect.range.start !== end || (redirect.operator !== '>' && redirect.operator !== '<') || !VERSION.test(redirect.target?.value ?? '')) continue;
      parts.push(redirect);
      end = redirect.range.end;
    }
    return parts.length === 0 ? [] : [{ word, redirects: parts, range: { start: word.range.start, end } }];
  });
}
