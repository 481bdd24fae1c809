import { defineRule, type Report, type Rule } from '../../../src/core/rules/model';

/** A rule with nothing but an id, for tests of the engine. */
export function createRule(id: string, parts: Partial<Rule> = {}): Rule {
  return defineRule({
    id,
    family: 'image',
    severity: 'warning',
    summary: 'A rule of a test.',
    messages: { found: 'Found {word}.' },
    docs: { what: 'w', why: 'w', instead: 'i' },
    examples: [],
    check: () => undefined,
    ...parts,
  });
}

/** A rule that reports every place of a word in the Dockerfile's text. */
export function createWordRule(id: string, word: string, parts: Partial<Rule> = {}, report: Partial<Report> = {}): Rule {
  return createRule(id, {
    ...parts,
    check(context) {
      const { text, file } = context.stack.dockerfile;
      for (let start = text.indexOf(word); start >= 0; start = text.indexOf(word, start + 1)) {
        const range = { start, end: start + word.length };
        context.report({ messageId: 'found', data: { word }, location: { file, range }, ...report });
      }
    },
  });
}
