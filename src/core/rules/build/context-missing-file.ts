import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import type { StackReport } from '../../stack/model';
import { resolvePath } from '../../text/path';
import type { Range } from '../../text/range';
import { UNKNOWN } from '../../text/traced';
import { defineRule } from '../model';
import { neededStages } from '../support/needed-stages';

const COPY: Evidence = {
  fact: msg`COPY and ADD take files from the build context; a path that is not there ends the build`,
  source: 'https://docs.docker.com/reference/dockerfile/#copy',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'build-context-missing-file',
  family: 'build',
  severity: 'warning',
  summary: 'COPY names a file that is not in the build context.',
  messages: {
    missing: '{source} is not in the build context: `failed to compute cache key: "/{source}": not found`.',
  },
  docs: {
    what: 'A source of `COPY` or `ADD` that the build context does not have.',
    why: '[COPY](https://docs.docker.com/reference/dockerfile/#copy) sees the build context alone: not the folder of the Dockerfile, where that is another one, and nothing above it.',
    instead: 'Write the path from the root of the context, or make the file before the image is built.',
    silent: 'It is not known which folder is the context (it lacks much of what is copied), the path holds a wildcard or a variable without value, or the stage is not needed for the image.',
  },
  examples: [
    {
      kind: 'bad',
      title: 'a misspelt name',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY «requirement.txt» app.py /app/\n',
      context: { 'requirements.txt': 'torch\n', 'app.py': '' },
      messageId: 'missing',
    },
    {
      kind: 'good',
      title: 'a file, a folder, a pattern, and an address',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY requirements.txt ./src/ *.md /app/\nCOPY . /all/\nADD https://example.com/x /x\n',
      context: { 'requirements.txt': 'torch\n', 'src/app.py': '' },
    },
    {
      kind: 'good',
      title: 'from another stage',
      text: 'FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nRUN make\nFROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY --from=build /out/app /app\n',
      context: { 'app.py': '' },
    },
    {
      kind: 'good',
      title: 'a folder that is not the context',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY requirements.txt app.py /app/\n',
      context: { 'docker-compose.yml': '' },
    },
    {
      kind: 'good',
      title: 'no context at hand',
      text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nCOPY anything /app/\n',
    },
  ],
  check({ report, stack }) {
    const { context } = stack;
    if (context === undefined) return;
    const sources = listSources(stack);
    const missing = sources.filter(({ path }) => context.exists(path) === false && !isGenerated(path, stack));
    const present = sources.filter(({ path }) => context.exists(path) === true).length;
    // A folder that lacks much of what is copied is not the context, or not all of it.
    if (missing.length > Math.max(1, present / 4) || present === 0) return;
    for (const { path, range } of missing) report({ messageId: 'missing', data: { source: path }, location: { file: stack.dockerfile.file, range }, evidence: [COPY] });
  },
});

interface Source {
  /** From the context's root. */
  readonly path: string;
  readonly range: Range;
}

/** What the stages that a build needs copy from the context, single paths alone. */
function listSources(stack: StackReport): readonly Source[] {
  return [...neededStages(stack)].flatMap(({ steps }) =>
    steps.flatMap(({ instruction, variable }) => {
      if ((instruction.kind !== 'copy' && instruction.kind !== 'add') || instruction.flags.some(({ name }) => name === 'from')) return [];
      return instruction.sources.flatMap(({ raw, range }) => {
        const path = contextPath(raw, variable);
        return path === undefined ? [] : [{ path, range }];
      });
    }),
  );
}

/** A source as a path from the context's root; undefined for all that is no such path, and for the whole context. */
function contextPath(raw: string, variable: (name: string) => { readonly value: string } | undefined): string | undefined {
  const text = raw.replace(/^(["'])(.*)\1$/, '$2').replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced: string | undefined, plain: string | undefined) => variable(braced ?? plain ?? '')?.value ?? UNKNOWN);
  if (/[*?[\]$\\"'\s]|^<<|^[a-z]+:\/\/|^git@/i.test(text) || text.includes(UNKNOWN)) return undefined;
  const path = resolvePath('/', text).slice(1);
  return path === '' ? undefined : path;
}

/** Below a folder that git is told to leave out there is what a build makes. */
function isGenerated(path: string, { context }: StackReport): boolean {
  const ignored = context?.readText('.gitignore')?.split(/\r?\n/) ?? [];
  return ignored.some((line) => {
    const pattern = line.trim().replace(/^\/|\/$/g, '');
    return /^[\w.][\w./-]*$/.test(pattern) ? path === pattern || path.startsWith(`${pattern}/`) || path.split('/').includes(pattern) : /^\*\.\w+$/.test(pattern) && path.endsWith(pattern.slice(1));
  });
}
