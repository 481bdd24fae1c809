import { describe, expect, it } from 'vitest';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import { applyEdits } from '../../../src/core/text/edit';
import { readDockerfileSuppressions, readLineSuppressions } from '../../../src/core/engine/suppressions';
import { createWordRule } from './rules';

const rules = [createWordRule('image-word', 'bad', { aliases: ['image-former'] }), createWordRule('cuda-word', 'awful', { family: 'cuda' })];

/** Rule and line (from 1) of each finding. */
function lint(text: string): string[] {
  return analyseDockerfile(text, 'Dockerfile', { rules }).findings.map(
    ({ rule, location }) => `${rule}:${text.slice(0, location.range.start).split('\n').length}`,
  );
}

describe('suppression comments in a Dockerfile', () => {
  it.each<[string, string, string[]]>([
    ['above the instruction', 'FROM a\n# trtc ignore=image-word -- reason\nRUN bad\nRUN bad\n', ['image-word:4']],
    ['without a reason', 'FROM a\n# trtc ignore=image-word\nRUN bad\n', []],
    ['loosely spaced', 'FROM a\n  #trtc  ignore = image-word , cuda-word  -- r\nRUN bad awful\n', []],
    ['by former name', 'FROM a\n# trtc ignore=image-former\nRUN bad\n', []],
    ['by family', 'FROM a\n# trtc ignore=image\nRUN bad awful\n', ['cuda-word:3']],
    ['two rules', 'FROM a\n# trtc ignore=image-word,cuda-word\nRUN bad awful\n', []],
    ['two comments', 'FROM a\n# trtc ignore=image-word\n# trtc ignore=cuda-word\n\nRUN bad awful\n', []],
    ['another comment between', 'FROM a\n# trtc ignore=image-word\n# more to say\nRUN bad\n', []],
    ['above FROM', '# trtc ignore=image-word\nFROM bad\nRUN bad\n', ['image-word:3']],
    ['the whole of a continued instruction', 'FROM a\n# trtc ignore=image-word\nRUN x && \\\n  bad && \\\n  bad\n', []],
    ['inside a continued instruction: the next line', 'FROM a\nRUN bad && \\\n  # trtc ignore=image-word\n  bad && \\\n  bad\n', ['image-word:2', 'image-word:5']],
    ['inside a here-document', 'FROM a\nRUN <<EOF\n# trtc ignore=image-word\nbad\nbad\nEOF\n', ['image-word:5']],
    ['for the file', '# trtc ignore-file=image-word -- reason\nFROM bad\nRUN bad awful\n', ['cuda-word:3']],
    ['for the file, anywhere', 'FROM bad\nRUN bad\n# trtc ignore-file=image\n', []],
    ['windows line ends', 'FROM a\r\n# trtc ignore=image-word -- r\r\nRUN bad\r\nRUN bad\r\n', ['image-word:4']],
    ['behind an instruction it is no comment', 'FROM a\nENV x=bad # trtc ignore=image-word\n', ['image-word:2']],
    ['unused', 'FROM a\n# trtc ignore=image-word\nRUN good\n', ['suppression-unused:2']],
    ['unused at the end', 'FROM bad\n# trtc ignore=image-word\n', ['image-word:1', 'suppression-unused:2']],
    ['one of two unused', 'FROM a\n# trtc ignore=image-word,cuda-word\nRUN bad\n', ['suppression-unused:2']],
    ['unknown', 'FROM a\n# trtc ignore=DL3008\nRUN bad\n', ['suppression-unknown-rule:2', 'image-word:3']],
    ['unused, and that suppressed', '# trtc ignore-file=suppression\nFROM a\n# trtc ignore=image-word\nRUN good\n', []],
    ['not ours', 'FROM a\n# trtcx ignore=image-word\n# trtc ignored=image-word\nRUN bad\n', ['image-word:4']],
  ])('%s', (_, text, expected) => {
    expect(lint(text)).toEqual(expected);
  });

  it('counts as used for a rule that is turned off', () => {
    const text = 'FROM a\n# trtc ignore=image-word\nRUN bad\n';
    expect(analyseDockerfile(text, 'Dockerfile', { rules, settings: { 'image-word': 'off' } }).findings).toEqual([]);
  });

  it.each([
    ['FROM a\n# trtc ignore=image-word -- r\nRUN x\n', 'FROM a\nRUN x\n'],
    ['FROM a\nRUN x\n# trtc ignore=image-word', 'FROM a\nRUN x\n'],
    ['FROM a\n# trtc ignore=image-word, cuda-word -- r\nRUN bad\n', 'FROM a\n# trtc ignore=image-word -- r\nRUN bad\n'],
    ['FROM a\n# trtc ignore=cuda-word, image-word -- r\nRUN bad\n', 'FROM a\n# trtc ignore=image-word -- r\nRUN bad\n'],
  ])('is taken away by its fix: %j', (text, expected) => {
    const fix = analyseDockerfile(text, 'Dockerfile', { rules }).findings.find(({ rule }) => rule === 'suppression-unused')?.fixes[0];
    expect(applyEdits(text, fix?.edits ?? [])).toBe(expected);
  });
});

describe('suppression comments in files of lines', () => {
  it.each<[string, string, string[]]>([
    ['above', '# trtc ignore=a\none\ntwo\n', ['one']],
    ['above a continued line', '# trtc ignore=a\none \\\n  more\ntwo\n', ['one \\\n  more']],
    ['behind', 'zero\none  # trtc ignore=a -- r\ntwo\n', ['one  ']],
    ['behind the first line', 'one # trtc ignore=a', ['one ']],
    ['part of a URL', 'git+https://x/y#trtc ignore=a\n', []],
  ])('%s', (_, text, scopes) => {
    expect(readLineSuppressions(text).map(({ scope }) => text.slice(scope.start, scope.end))).toEqual(scopes);
  });
});

it('reads nothing from a text without comments', () => {
  expect(readDockerfileSuppressions('FROM trtc\n', [])).toEqual([]);
});
