import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';
import type { Copy, Dockerfile as PeerFile, From, Instruction as PeerInstruction, ModifiableInstruction, PropertyInstruction } from 'dockerfile-ast';
import { describe, expect, test } from 'vitest';
import { LineIndex } from '../../../src/core/text/line-index';
import type { Range } from '../../../src/core/text/range';
import { instructionsOf, read } from './reading';

// dockerfile-ast is an independent reader of the same language. Where it is right, both must name the same places;
// left out is what it gets wrong: several names in one ARG, JSON arrays that are no JSON, and a space in the name of a
// here-document.

const FOLDER = path.join(import.meta.dirname, '../../cases/fuzz-seeds');
const files = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.Dockerfile'))
  .map((name) => ({ name, text: readFileSync(path.join(FOLDER, name), 'utf8').replaceAll('CONF FILE', 'CONF') }));
const variants = files.flatMap(({ name, text }) => [
  { name, text },
  { name: `${name} with CRLF`, text: text.replaceAll('\n', '\r\n') },
  { name: `${name} in lower case`, text: text.replace(/^[A-Z]+(?= )/gm, (keyword) => keyword.toLowerCase()) },
  { name: `${name} indented`, text: text.replace(/^(?=(?:FROM|ARG|ENV|COPY|RUN if) )/gm, '  \t') },
]);

/** What both readers know of a file. */
interface Outline {
  readonly keywords: readonly string[];
  readonly images: readonly (readonly string[])[];
  readonly assignments: readonly (readonly (string | undefined)[])[];
  readonly flags: readonly (readonly string[])[];
  readonly heredocs: readonly (readonly string[])[];
  readonly comments: readonly string[];
}

function outline(text: string): Outline {
  const dockerfile = read(text);
  const all = instructionsOf(dockerfile);
  const at = ({ start, end }: Range): string => `${start}-${end} ${text.slice(start, end)}`;
  return {
    keywords: all.map(({ keyword, keywordRange }) => `${keyword} ${at(keywordRange)}`),
    images: all.flatMap((each) => (each.kind === 'from' ? [[at(each.image.range), each.alias?.raw ?? '']] : [])),
    assignments: all.flatMap((each) => (each.kind === 'env' || each.kind === 'label' ? each.assignments.map(({ nameRange, value }) => [at(nameRange), at(value.range)]) : [])),
    flags: all.map(({ flags }) => flags.map(({ range }) => at(range))),
    heredocs: all.flatMap((each) => ('heredocs' in each ? each.heredocs.map(({ name, operatorRange }) => [name, at(operatorRange)]) : [])),
    comments: dockerfile.comments.map(({ text: comment }) => comment),
  };
}

function peerOutline(text: string): Outline {
  const peer: PeerFile = DockerfileParser.parse(text);
  const all: PeerInstruction[] = peer.getInstructions();
  const lines = new LineIndex(text);
  const at = (range: { start: { line: number; character: number }; end: { line: number; character: number } } | null | undefined): string => {
    if (range === null || range === undefined) return '';
    const [start, end] = [lines.offsetAt(range.start), lines.offsetAt(range.end)];
    return `${start}-${end} ${text.slice(start, end)}`;
  };
  return {
    keywords: all.map((each) => `${each.getKeyword()} ${at(each.getInstructionRange())}`),
    images: all.flatMap((each) => (each.getKeyword() === 'FROM' ? [[at((each as From).getImageRange()), (each as From).getBuildStage() ?? '']] : [])),
    assignments: all.flatMap((each) =>
      each.getKeyword() === 'ENV' || each.getKeyword() === 'LABEL'
        ? (each as PropertyInstruction).getProperties().map((property) => [at(property.getNameRange()), at(property.getValueRange())])
        : [],
    ),
    flags: all.map((each) => ('getFlags' in each ? (each as ModifiableInstruction).getFlags().map((flag) => at(flag.getRange())) : [])),
    heredocs: all.flatMap((each) => ('getHeredocs' in each ? (each as Copy).getHeredocs().map((heredoc) => [heredoc.getName(), at(heredoc.getStartRange())]) : [])),
    comments: peer.getComments().map((comment) => comment.getContent() ?? ''),
  };
}

describe('agrees with dockerfile-ast', () => {
  test.each(variants)('on $name', ({ text }) => {
    expect(outline(text)).toEqual(peerOutline(text));
  });
});
