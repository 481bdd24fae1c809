import { describe, expect, it } from 'vitest';
import { LogFilter } from '../../../src/client/docker/log-filter';
import { toPlain, toPlainLines } from '../../../src/client/docker/plain';

describe('text of strangers in labels and messages', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a title and a bell', 'a\u001b]0;pwned\u0007b', 'ab'],
    ['a link, ended by ST', '\u001b]8;;http://x\u001b\\click\u001b]8;;\u001b\\', 'click'],
    ['a sequence without end', 'a\u001b]52;c;AAAA', 'a'],
    ['C1 codes', 'a\u009b31mb\u0085', 'ab'],
    ['right-to-left marks', 'invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['zero-width marks', 'ng\u200binx\ufeff', 'nginx'],
    ['line breaks', 'one\r\ntwo\n\n three\u2028four', 'one two threefour'],
    ['Markdown, which stays what it is', '[x](command:workbench.action.quit) **b**', '[x](command:workbench.action.quit) **b**'],
    ['text of other languages', 'Größe 尺寸', 'Größe 尺寸'],
  ])('%s', (_, text, plain) => {
    expect(toPlain(text)).toBe(plain);
  });

  it('is cut, and a megabyte costs nothing', () => {
    expect(toPlain('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(toPlain('x'.repeat(1_000_000))).toHaveLength(2000);
    expect(toPlain(`${'\u001b]'.repeat(500_000)}`)).toBe('…');
  });

  it('keeps its lines where it is shown in many', () => {
    expect(toPlainLines('a\tb\r\nc\u001b[2J\u0008d')).toBe('a\tb\ncd');
  });
});

describe('logs in a terminal', () => {
  const whole = (text: string): string => new LogFilter().push(text);

  it.each([
    ['colours stay', '\u001b[1;32mok\u001b[0m', '\u001b[1;32mok\u001b[0m'],
    ['the screen is not cleared', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['no title, clipboard or link', '\u001b]0;t\u0007\u001b]52;c;QQ==\u0007\u001b]8;;file:///etc/passwd\u001b\\x\u001b]8;;\u001b\\', 'x'],
    ['no device control', '\u001bP$q"p\u001b\\y', 'y'],
    ['no answer-back, no reset', '\u0005\u001bc\u001b[6nz', 'z'],
    ['line ends of a terminal', 'a\nb\r\nc\rd', 'a\r\nb\r\nc\r\nd'],
    ['no mark of direction', 'a\u202eb', 'ab'],
  ])('%s', (_, text, shown) => {
    expect(whole(text)).toBe(shown);
  });

  it('finds sequences that are cut anywhere', () => {
    const text = 'a\u001b[31mred\u001b]0;title\u001b\\b\u001b[0m\u001b[2Jc';
    const filter = new LogFilter();
    expect([...text].map((character) => filter.push(character)).join('')).toBe('a\u001b[31mredb\u001b[0mc');
  });

  it('makes one line end of one that is cut', () => {
    const filter = new LogFilter();
    expect(filter.push('a\r') + filter.push('\nb')).toBe('a\r\nb');
  });

  it('does not wait for ever for the end of a sequence', () => {
    const filter = new LogFilter();
    expect(filter.push(`\u001b]0;${'x'.repeat(5000)}`)).toContain('xxx');
    expect(filter.push('after')).toBe('after');
  });
});
