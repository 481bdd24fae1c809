import { describe, expect, test } from 'vitest';
import { readDockerfile } from '../../../src/core/dockerfile/read';
import { inText, instructionsOf, read, readOne } from './reading';

/** One instruction, its ranges as the text they span. */
const seen = (text: string) => inText(text, readOne(text));

/** A word as `seen` shows it. */
const word = (raw: string) => ({ raw, range: raw });

describe('what is no Dockerfile', () => {
  test.each([
    { name: 'an empty file', text: '', problem: 'no-instruction' },
    { name: 'blank lines', text: '\n  \n\t\r\n', problem: 'no-instruction' },
    { name: 'comments alone', text: '# syntax=docker/dockerfile:1\n# hello\n', problem: 'no-instruction' },
    { name: 'prose', text: 'Dear reader,\nhow are you?\n', problem: 'no-instruction' },
    { name: 'binary content', text: 'FROM a\n\0', problem: 'binary' },
    { name: 'more than 8 Mi units', text: `FROM a\n#${' '.repeat(8 * 1024 * 1024)}`, problem: 'too-large' },
  ])('$name', ({ text, problem }) => {
    expect(readDockerfile(text, 'x')).toEqual({ file: 'x', problem });
  });
});

describe('directives', () => {
  test.each([
    { name: 'syntax', text: '# syntax=docker/dockerfile:1\nFROM a', syntax: 'docker/dockerfile:1', escape: '\\' },
    { name: 'no spaces', text: '#syntax=docker/dockerfile:1\nFROM a', syntax: 'docker/dockerfile:1', escape: '\\' },
    { name: 'escape', text: '# escape=`\nFROM a', syntax: undefined, escape: '`' },
    { name: 'any case and order', text: '# Escape = `\r\n#SYNTAX= x \r\nFROM a', syntax: 'x', escape: '`' },
    { name: 'check in between', text: '# check=skip=all\n# escape=`\nFROM a', syntax: undefined, escape: '`' },
    { name: 'after a byte order mark', text: '\uFEFF# escape=`\nFROM a', syntax: undefined, escape: '`' },
    { name: 'not after a comment', text: '# hello\n# escape=`\nFROM a', syntax: undefined, escape: '\\' },
    { name: 'not after an unknown one', text: '# foo=bar\n# escape=`\nFROM a', syntax: undefined, escape: '\\' },
    { name: 'not after an empty line', text: '\n# escape=`\nFROM a', syntax: undefined, escape: '\\' },
    { name: 'not after an instruction', text: 'FROM a\n# escape=`\n', syntax: undefined, escape: '\\' },
    { name: 'the first of two', text: '# escape=`\n# escape=\\\nFROM a', syntax: undefined, escape: '`' },
    { name: 'no other escape', text: '# escape=^\nFROM a', syntax: undefined, escape: '\\' },
  ])('$name', ({ text, syntax, escape }) => {
    expect(read(text)).toMatchObject({ syntax, escape });
  });

  test('are no comments', () => {
    const text = '# syntax=a\n# b\nFROM c';
    expect(inText(text, read(text).comments)).toEqual([{ text: 'b', range: '# b' }]);
  });
});

describe('stages', () => {
  const text = 'ARG A=1\n# x\nFROM a AS One\nRUN b\n\nfrom c\nFROM one as two\nRUN d\nRUN e\n\n';
  const { globals, stages } = read(text);

  test('begin at each FROM', () => {
    expect(inText(text, globals)).toMatchObject([{ keyword: 'ARG', range: 'ARG A=1' }]);
    expect(stages.map(({ index, name }) => [index, name])).toEqual([
      [0, 'one'],
      [1, undefined],
      [2, 'two'],
    ]);
    expect(stages.map(({ range }) => text.slice(range.start, range.end))).toEqual([
      'FROM a AS One\nRUN b',
      'from c',
      'FROM one as two\nRUN d\nRUN e',
    ]);
    expect(stages.map(({ instructions }) => instructions.length)).toEqual([1, 0, 2]);
  });

  test('are absent from a fragment', () => {
    const fragment = read('RUN a\nENV B=c\n');
    expect(fragment.stages).toEqual([]);
    expect(fragment.globals.map(({ kind }) => kind)).toEqual(['run', 'env']);
  });
});

describe('FROM', () => {
  test.each([
    { text: 'FROM a:b', image: 'a:b', alias: undefined },
    { text: 'FROM a:b AS c', image: 'a:b', alias: 'c' },
    { text: 'from\ta:b \\\n  as \\\n# x\n  C', image: 'a:b', alias: 'C' },
    { text: 'FROM a@sha256:1 aS b', image: 'a@sha256:1', alias: 'b' },
    { text: 'FROM ${A:-b}-c', image: '${A:-b}-c', alias: undefined },
    { text: 'FROM a AS', image: 'a', alias: undefined },
    { text: 'FROM a b c', image: 'a', alias: undefined },
  ])('$text', ({ text, image, alias }) => {
    expect(seen(text)).toMatchObject({ kind: 'from', image: word(image), alias: alias === undefined ? undefined : word(alias) });
  });

  test('without an image has an empty one at its end', () => {
    expect(readOne('FROM ')).toMatchObject({ kind: 'from', image: { raw: '', range: { start: 4, end: 4 } } });
  });

  test('has flags', () => {
    expect(seen('FROM --platform=$BUILDPLATFORM a AS b')).toMatchObject({
      flags: [{ name: 'platform', range: '--platform=$BUILDPLATFORM', value: word('$BUILDPLATFORM') }],
      image: word('a'),
      alias: word('b'),
    });
  });
});

describe('lines', () => {
  test.each([
    { name: 'one', text: 'RUN a b\n', script: 'a b' },
    { name: 'CRLF', text: 'RUN a b\r\nRUN c\r\n', script: 'a b' },
    { name: 'indented, lower case', text: ' \t run  a  b  \n', script: 'a  b' },
    { name: 'continued', text: 'RUN a \\\n b', script: 'a    b' },
    { name: 'continued with CRLF', text: 'RUN a \\\r\n b\r\n', script: 'a     b' },
    { name: 'white space behind the backslash', text: 'RUN a \\ \t\n b', script: 'a      b' },
    { name: 'a comment in between', text: 'RUN a \\\n # c \\\n b', script: 'a           b' },
    { name: 'an empty line in between', text: 'RUN a \\\n\n  \n b', script: 'a        b' },
    { name: 'a doubled backslash ends it', text: 'RUN a \\\\\nRUN b', script: 'a \\\\' },
    { name: 'a backslash at the end of the file', text: 'RUN a \\', script: 'a' },
    { name: 'a backslash and comments at the end of the file', text: 'RUN a \\\n# b\n\n', script: 'a' },
    { name: 'the keyword alone on its line', text: 'RUN \\\n  a', script: 'a' },
    { name: 'a line that is only a backslash', text: 'RUN a \\\n\\\n b', script: 'a      b' },
    { name: 'a word cut in two', text: 'RUN ab\\\ncd', script: 'ab\\\ncd' },
    { name: 'a word cut in two by CRLF', text: 'RUN ab\\\r\ncd', script: "ab$''cd" },
    { name: 'a word cut in two around a comment', text: 'RUN ab\\\n# x\ncd', script: 'ab\\\n\\\n\\\ncd' },
    { name: 'a double-quoted string cut in two', text: 'RUN "ab\\\ncd"', script: '"ab\\\ncd"' },
    { name: 'a single-quoted string cut in two', text: "RUN 'ab\\\ncd'", script: "'ab  cd'" },
    { name: 'a shell comment cut in two', text: 'RUN a # b\\\nc', script: 'a # b  c' },
    { name: 'an operator at the cut', text: 'RUN a;\\\nb&&\\\nc', script: 'a;  b&&  c' },
    { name: 'a backtick for escape', text: '# escape=`\nRUN a `\n  b \\\nRUN c', script: 'a     b \\' },
    { name: 'a no-break space at the start', text: '\u00a0RUN a', script: 'a' },
  ])('$name', ({ text, script }) => {
    const run = instructionsOf(read(text))[0];
    expect(run).toMatchObject({ kind: 'run', form: 'shell', script });
    if (run?.kind !== 'run') return;
    expect(script.length).toBe(run.scriptRange.end - run.scriptRange.start);
  });

  test('an instruction ends behind its last written character', () => {
    const text = 'RUN a \\\n  b  \n# c\nRUN d \\\n# e\n\n';
    expect(instructionsOf(read(text)).map(({ range }) => text.slice(range.start, range.end))).toEqual(['RUN a \\\n  b', 'RUN d']);
  });

  test('what continues a line may be an instruction by mistake', () => {
    expect(instructionsOf(read('RUN a \\\n# b\n\nRUN c'))).toHaveLength(1);
  });

  test('a keyword may be cut in two', () => {
    expect(seen('R\\\nUN a')).toMatchObject({ keyword: 'RUN', keywordRange: 'R\\\nUN', script: 'a' });
  });

  test('unknown instructions are kept', () => {
    const text = 'FROM a\nFOO b "c d"\n';
    expect(inText(text, instructionsOf(read(text))[1])).toMatchObject({
      kind: 'other',
      keyword: 'FOO',
      arguments: [word('b'), word('"c'), word('d"')],
    });
  });
});

test('comments are found everywhere but in here-documents', () => {
  const text = '#\n#a\nFROM x\n  # b  \r\nRUN c \\\n # d \\\n\t#e\n f # g\nRUN <<E\n# h\nE\n#i';
  expect(inText(text, read(text).comments)).toEqual([
    { text: '', range: '#' },
    { text: 'a', range: '#a' },
    { text: 'b', range: '# b' },
    { text: 'd \\', range: '# d \\' },
    { text: 'e', range: '#e' },
    { text: 'i', range: '#i' },
  ]);
});

describe('flags', () => {
  test.each([
    { text: 'RUN --mount=type=cache,target=/x a', flags: [['mount', 'type=cache,target=/x']], script: 'a' },
    { text: 'RUN --mount=a --network=none --device=nvidia.com/gpu=all b', flags: [['mount', 'a'], ['network', 'none'], ['device', 'nvidia.com/gpu=all']], script: 'b' },
    { text: 'RUN --mount="target=/x y" a', flags: [['mount', '"target=/x y"']], script: 'a' },
    { text: "RUN --mount='target=/x y' a", flags: [['mount', "'target=/x y'"]], script: 'a' },
    { text: 'RUN --mount=target=/x\\ y a', flags: [['mount', 'target=/x\\ y']], script: 'a' },
    { text: 'RUN --mount=a \\\n  --security=insecure \\\n  b', flags: [['mount', 'a'], ['security', 'insecure']], script: 'b' },
    { text: 'RUN --a --b= c', flags: [['a', undefined], ['b', '']], script: 'c' },
    { text: 'RUN -- --a', flags: [], script: '--a' },
    { text: 'RUN -a --b', flags: [], script: '-a --b' },
    { text: 'RUN a --b', flags: [], script: 'a --b' },
  ])('$text', ({ text, flags, script }) => {
    expect(seen(text)).toMatchObject({
      flags: flags.map(([name, value]) => ({ name, value: value === undefined ? undefined : word(value) })),
      script,
    });
  });
});

describe('ARG', () => {
  test.each([
    { text: 'ARG A', declarations: [['A', undefined]] },
    { text: 'ARG A=', declarations: [['A', '']] },
    { text: 'ARG A=1 B C="x y" \\\n  D=${A:-z w}', declarations: [['A', '1'], ['B', undefined], ['C', '"x y"'], ['D', '${A:-z'], ['w}', undefined]] },
    { text: 'ARG A=b=c', declarations: [['A', 'b=c']] },
    { text: 'ARG', declarations: [] },
  ])('$text', ({ text, declarations }) => {
    expect(seen(text)).toMatchObject({
      kind: 'arg',
      declarations: declarations.map(([name, value]) => ({ name, nameRange: name, value: value === undefined ? undefined : word(value) })),
    });
  });
});

describe('ENV and LABEL', () => {
  test.each([
    { text: 'ENV A=1', assignments: [['A', '1']] },
    { text: "ENV A=1 B=\"x y\" C='z w' D=x\\ y", assignments: [['A', '1'], ['B', '"x y"'], ['C', "'z w'"], ['D', 'x\\ y']] },
    { text: 'ENV A=1 \\\n    # c\n    B=2', assignments: [['A', '1'], ['B', '2']] },
    { text: 'ENV A=x\\\ny B=2', assignments: [['A', 'x\\\ny'], ['B', '2']] },
    { text: 'ENV A b "c d"  e', assignments: [['A', 'b "c d"  e']] },
    { text: 'ENV A b=c', assignments: [['A', 'b=c']] },
    { text: 'ENV A\tb', assignments: [['A', 'b']] },
    { text: 'ENV A=', assignments: [['A', '']] },
    { text: 'ENV A', assignments: [] },
    { text: 'ENV', assignments: [] },
    { text: 'ENV A=1 B C=2', assignments: [['A', '1'], ['C', '2']] },
    { text: 'LABEL a.b=c', assignments: [['a.b', 'c']] },
  ])('$text', ({ text, assignments }) => {
    expect(seen(text)).toMatchObject({
      assignments: assignments.map(([name, value]) => ({ name, nameRange: name, value: word(value ?? '') })),
    });
  });

  test('a quoted name loses its quotes', () => {
    expect(seen('LABEL "a.b"="c"')).toMatchObject({ kind: 'label', assignments: [{ name: 'a.b', nameRange: '"a.b"', value: word('"c"') }] });
  });
});

describe('commands', () => {
  test.each([
    { text: 'RUN ["a", "b c"]', exec: [['a', 'a'], ['b c', 'b c']] },
    { text: 'CMD [ "a" ,\\\n "b\\"c\\u0041" ]', exec: [['a', 'a'], ['b"cA', 'b\\"c\\u0041']] },
    { text: 'ENTRYPOINT []', exec: [] },
    { text: 'HEALTHCHECK --interval=5s --retries=3 CMD ["a"]', exec: [['a', 'a']] },
  ])('$text is in exec form', ({ text, exec }) => {
    expect(seen(text)).toMatchObject({
      form: 'exec',
      script: undefined,
      exec: exec.map(([value, range]) => ({ value, range })),
    });
  });

  test.each([
    { text: "RUN ['a']", script: "['a']" },
    { text: 'RUN ["a", "b"', script: '["a", "b"' },
    { text: 'RUN [ -f x ] && y', script: '[ -f x ] && y' },
    { text: 'RUN ["a"] b', script: '["a"] b' },
    { text: 'CMD a', script: 'a' },
    { text: 'ENTRYPOINT a $B', script: 'a $B' },
    { text: 'HEALTHCHECK cmd curl x || exit 1', script: 'curl x || exit 1' },
  ])('$text is in shell form', ({ text, script }) => {
    expect(seen(text)).toMatchObject({ form: 'shell', script, scriptRange: script, exec: undefined });
  });

  test('an array of other things than strings is refused', () => {
    expect(seen('RUN ["a", 1]')).toMatchObject({ kind: 'other', keyword: 'RUN', arguments: [word('["a",'), word('1]')] });
  });

  test('HEALTHCHECK NONE', () => {
    expect(seen('HEALTHCHECK NONE')).toMatchObject({ kind: 'healthcheck', form: 'none', script: undefined, exec: undefined });
  });

  test('HEALTHCHECK with anything else is refused', () => {
    expect(seen('HEALTHCHECK curl x')).toMatchObject({ kind: 'other', keyword: 'HEALTHCHECK' });
  });

  test('an empty RUN has an empty script', () => {
    expect(readOne('RUN')).toMatchObject({ kind: 'run', form: 'shell', script: '', scriptRange: { start: 3, end: 3 } });
  });
});

describe('here-documents', () => {
  const heredoc = (name: string, operatorRange: string, bodyRange: string, more = {}) => ({
    name,
    quoted: false,
    stripTabs: false,
    operatorRange,
    bodyRange,
    ...more,
  });

  test.each([
    { name: 'alone', text: 'RUN <<EOF\na\nb\nEOF', script: '     ', heredocs: [heredoc('EOF', '<<EOF', 'a\nb\n')] },
    { name: 'empty', text: 'RUN <<E\nE', script: '   ', heredocs: [heredoc('E', '<<E', '')] },
    { name: 'CRLF', text: 'RUN <<E\r\na\r\nE\r\n', script: '   ', heredocs: [heredoc('E', '<<E', 'a\r\n')] },
    { name: 'for a command', text: 'RUN cat <<EOF > /x\na\nEOF', script: 'cat       > /x', heredocs: [heredoc('EOF', '<<EOF', 'a\n')] },
    { name: 'before a command', text: 'RUN <<E python3\na\nE', script: '    python3', heredocs: [heredoc('E', '<<E', 'a\n')] },
    { name: 'with a descriptor', text: 'RUN 3<<E cat\na\nE', script: '     cat', heredocs: [heredoc('E', '3<<E', 'a\n')] },
    { name: 'with a space', text: 'RUN <<  E\na\nE', script: '     ', heredocs: [heredoc('E', '<<  E', 'a\n')] },
    { name: 'quoted', text: "RUN <<'E'\na\nE", script: '     ', heredocs: [heredoc('E', "<<'E'", 'a\n', { quoted: true })] },
    { name: 'quoted with a space', text: 'RUN <<"E F"\na\nE F', script: '       ', heredocs: [heredoc('E F', '<<"E F"', 'a\n', { quoted: true })] },
    { name: 'half quoted', text: 'RUN <<E"F"\na\nEF', script: '      ', heredocs: [heredoc('EF', '<<E"F"', 'a\n', { quoted: true })] },
    { name: 'an escaped quote in its name', text: "RUN <<E\\'F\na\nE'F", script: '      ', heredocs: [heredoc("E'F", "<<E\\'F", 'a\n')] },
    { name: 'tabs stripped', text: 'RUN <<-E\n\ta\n\tE', script: '    ', heredocs: [heredoc('E', '<<-E', '\ta\n', { stripTabs: true })] },
    { name: 'tabs not stripped', text: 'RUN <<E\n\tE\nE', script: '   ', heredocs: [heredoc('E', '<<E', '\tE\n')] },
    { name: 'two', text: 'RUN a <<X && b <<Y\nY\nX\nX\nY', script: 'a     && b    ', heredocs: [heredoc('X', '<<X', 'Y\n'), heredoc('Y', '<<Y', 'X\n')] },
    { name: 'after a continuation', text: 'RUN a \\\n  <<E\nb\nE', script: 'a        ', heredocs: [heredoc('E', '<<E', 'b\n')] },
    { name: 'after a flag', text: 'RUN --mount=a <<E\nb\nE', script: '   ', heredocs: [heredoc('E', '<<E', 'b\n')] },
    { name: 'comments and backslashes inside', text: 'RUN <<E\n# a\nb \\\nE', script: '   ', heredocs: [heredoc('E', '<<E', '# a\nb \\\n')] },
    { name: 'without its end', text: 'RUN <<E\na\n', script: '   ', heredocs: [heredoc('E', '<<E', 'a\n')] },
    { name: 'without anything', text: 'RUN <<E', script: '   ', heredocs: [heredoc('E', '<<E', '')] },
    { name: 'a variable in braces with quotes', text: 'RUN a ${b:-"c d"} <<E\nx\nE', script: 'a ${b:-"c d"}    ', heredocs: [heredoc('E', '<<E', 'x\n')] },
  ])('$name', ({ text, script, heredocs }) => {
    const range = text.replace(/\r\n$/, '');
    expect(seen(text)).toMatchObject({ kind: 'run', form: 'shell', script, heredocs, range });
  });

  test.each([
    { name: 'a here-string', text: 'RUN cat <<<E' },
    { name: 'in quotes', text: 'RUN "<<E"' },
    { name: 'inside a word', text: 'RUN cat<<E' },
    { name: 'a shift', text: 'RUN echo $((1<<2))' },
    { name: 'without a name', text: 'RUN cat <<' },
    { name: 'a dash and a space', text: 'RUN cat <<- E' },
    { name: 'an empty name', text: 'RUN cat <<""' },
    { name: 'in a line with an open quote', text: "RUN echo it's <<E" },
    { name: 'in a line with an open brace', text: 'RUN echo ${a <<E' },
    { name: 'of CMD', text: 'CMD cat <<E' },
    { name: 'in exec form', text: 'RUN ["<<E"]' },
  ])('none: $name', ({ text }) => {
    const run = instructionsOf(read(`${text}\nUSER x`));
    expect(run[0]).toMatchObject({ heredocs: [] });
    expect(run[1]?.kind).toBe('user');
  });

  test('what follows is read on', () => {
    const text = 'FROM a\nRUN <<E\nRUN b\nE\nRUN c';
    expect(instructionsOf(read(text)).map(({ range }) => text.slice(range.start, range.end))).toEqual(['FROM a', 'RUN <<E\nRUN b\nE', 'RUN c']);
  });

  test('of COPY', () => {
    const text = 'COPY --chown=a <<X b <<"Y" /c/\n1\nX\n2\nY';
    expect(seen(text)).toMatchObject({
      kind: 'copy',
      flags: [{ name: 'chown' }],
      sources: [word('b')],
      destination: word('/c/'),
      heredocs: [heredoc('X', '<<X', '1\n'), heredoc('Y', '<<"Y"', '2\n', { quoted: true })],
      range: text,
    });
  });

  test('of ONBUILD RUN', () => {
    const text = 'ONBUILD RUN <<E\na\nE';
    expect(seen(text)).toMatchObject({ kind: 'onbuild', range: text, trigger: { kind: 'run', heredocs: [heredoc('E', '<<E', 'a\n')], range: 'RUN <<E\na\nE' } });
  });
});

describe('COPY and ADD', () => {
  test.each([
    { text: 'COPY a b /c', sources: ['a', 'b'], destination: '/c' },
    { text: 'ADD --checksum=sha256:1 https://x/y /c', sources: ['https://x/y'], destination: '/c' },
    { text: 'COPY --from=build --chown=1:2 a \\\n  b \\\n  /c', sources: ['a', 'b'], destination: '/c' },
    { text: 'COPY ["a b", "/c d"]', sources: ['a b'], destination: '/c d' },
    { text: 'COPY "a b" /c', sources: ['"a', 'b"'], destination: '/c' },
    { text: 'COPY a', sources: ['a'], destination: undefined },
    { text: 'COPY', sources: [], destination: undefined },
  ])('$text', ({ text, sources, destination }) => {
    expect(seen(text)).toMatchObject({
      sources: sources.map(word),
      destination: destination === undefined ? undefined : word(destination),
      heredocs: [],
    });
  });

  test('an array of other things than strings is refused', () => {
    expect(seen('COPY [1, "a"]')).toMatchObject({ kind: 'other', keyword: 'COPY' });
  });
});

describe('other instructions', () => {
  test.each([
    { text: 'USER a:b', kind: 'user', argument: 'a:b' },
    { text: 'USER ${A:-b c}', kind: 'user', argument: '${A:-b c}' },
    { text: 'WORKDIR /a b/', kind: 'workdir', argument: '/a b/' },
    { text: 'WORKDIR', kind: 'workdir', argument: undefined },
  ])('$text', ({ text, kind, argument }) => {
    expect(seen(text)).toMatchObject({ kind, argument: argument === undefined ? undefined : word(argument) });
  });

  test.each([
    { text: 'EXPOSE 80 443/tcp', args: ['80', '443/tcp'] },
    { text: 'VOLUME /a /b', args: ['/a', '/b'] },
    { text: 'VOLUME ["/a", "/b c"]', args: ['/a', '/b c'] },
    { text: 'STOPSIGNAL SIGTERM', args: ['SIGTERM'] },
    { text: 'MAINTAINER Jo <jo@example.org>', args: ['Jo <jo@example.org>'] },
    { text: 'SHELL bash -c', args: ['bash', '-c'] },
    { text: 'STOPSIGNAL', args: [] },
  ])('$text', ({ text, args }) => {
    expect(seen(text)).toMatchObject({ kind: 'other', arguments: args.map(word) });
  });

  test('SHELL', () => {
    expect(seen('SHELL ["/bin/bash", "-c"]')).toMatchObject({
      kind: 'shell',
      exec: [
        { value: '/bin/bash', range: '/bin/bash' },
        { value: '-c', range: '-c' },
      ],
    });
  });

  test('ONBUILD', () => {
    expect(seen('ONBUILD COPY --from=x a \\\n b')).toMatchObject({
      kind: 'onbuild',
      trigger: { kind: 'copy', flags: [{ name: 'from' }], sources: [word('a')], destination: word('b'), range: 'COPY --from=x a \\\n b' },
    });
    expect(seen('ONBUILD')).toMatchObject({ kind: 'onbuild', trigger: undefined });
  });

  test.each(['ONBUILD ONBUILD RUN a', 'ONBUILD FROM a', 'ONBUILD MAINTAINER a'])('%s is refused', (text) => {
    expect(readOne(text)).toMatchObject({ kind: 'onbuild', trigger: { kind: 'other' } });
  });
});
