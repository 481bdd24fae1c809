import { describe, expect, test } from 'vitest';
import { UNKNOWN } from '../../../src/core/text/traced';
import { at, line, OFFSET, read } from './reading';

const CUDA = { CUDA_VERSION: '11.8.0', TRT_VERSION: '8.6.1.6' };

describe('commands in the order in which the shell comes to them', () => {
  test.each([
    ['lists', 'a && b; c | d & e', ['a', 'b', 'c', 'd', 'e']],
    ['||', 'a || b', ['[may fail] a', '[if] b']],
    ['what follows || that fails the build, in one list', 'a || { echo no; exit 1; } && b', ['a', '[if] echo no', '[if] exit 1', 'b']],
    ['|| that fails the build', 'a || exit 1; b || { echo no; false; }', ['a', '[if] exit 1', 'b', '[if] echo no', '[if] false']],
    ['&& before ||', 'a && b || true; c', ['[may fail] a', '[may fail] b', '[if] true', 'c']],
    ['a negation', '! a; b', ['[may fail] a', 'b']],
    ['&& behind a test', '[ -f x ] && a && b; c', ['[ -f x ]', '[if] a', '[if] b', 'c']],
    ['if', 'if a; then b; elif c; then d; else e; fi', ['[may fail] a', '[if] b', '[if] [may fail] c', '[if] d', '[if] e']],
    ['case', 'case $(x) in a) b;; *) c;; esac', ['[$] x', '[if] b', '[if] c']],
    ['while', 'while read p; do a $p; done < f', ['[may fail] read p', '[if] a ?']],
    ['a function that is called', 'f() { a $1 $#; }; f x y; b', ['a x ?', 'b']],
    ['a function that is not called', 'f() { a $1; }; b', ['b', '[if] a ?']],
    ['a subshell', '(a; b) && c', ['a', 'b', 'c']],
    ['what follows exit 0', 'a; exit 0; b', ['a', 'exit 0']],
    ['what follows a possible exit', 'if a; then exit 0; fi; b', ['[may fail] a', '[if] exit 0', '[if] b']],
    ['what follows a possible failure', 'if a; then exit 1; fi; b', ['[may fail] a', '[if] exit 1', 'b']],
    ['a substitution', 'a "$(b | c)" `d`', ['[$] b', '[$] c', '[$] d', 'a ? ?']],
    ['a process substitution', 'a <(b)', ['[$] b', 'a ?']],
    ['wrappers', 'sudo -E -u me env A=b X=y timeout -k 5 10 nice -n 5 a -b', ['A=b X=y a -b']],
    ['a question about a command', 'command -v a', ['command -v a']],
    ['xargs', 'a | xargs -n1 b -c; a | xargs -I{} b {} c', ['a', 'b -c ?', 'a', 'b ? c']],
    ['conda run', 'conda run -n env pip install x', ['pip install x']],
    ['a redirection without a command', '> f', ['>f']],
    ['redirections', 'a > f 2>&1 >> g <<< "t u"', ["a >f 2>&1 >>g <<<'t u'"]],
    ['an unquoted comparison', 'pip install torch>=2', ['pip install torch >=2']],
    ['here-documents', 'cat <<EOF > f\na $CUDA_VERSION\nEOF\nb', ["cat <<'a 11.8.0\\n' >f", 'b']],
    ['a quoted here-document', "cat <<'EOF'\n$X\nEOF\n", ["cat <<'$X\\n'"]],
    ['an indented here-document', 'cat <<-EOF\n\ta\n\t\tb\n\tEOF\n', ["cat <<-'a\\nb\\n'"]],
  ])('%s', (_, text, lines) => {
    expect(read(text, CUDA).commands.map(line)).toEqual(lines);
  });

  test('redirections of a group belong to the commands in it', () => {
    expect(read('{ a; b; } > f').commands.map(line)).toEqual(['a >f', 'b >f']);
  });

  test('the commands of a pipeline share a number', () => {
    const { commands } = read('a | (b; c) | d; e');
    const first = commands[0]?.pipeline;
    expect(commands.map(({ pipeline, pipelineIndex }) => [pipeline === first, pipelineIndex])).toEqual([
      [true, 0],
      [true, 1],
      [true, 1],
      [true, 2],
      [false, 0],
    ]);
  });
});

describe('values', () => {
  test.each([
    ['quotes', `a 'b c' "d e" f\\ g "h\\"i" $'j\\tk'`, ["a 'b c' 'd e' 'f g' h\"i 'j\tk'"]],
    ['a value that is split', 'X="a b"; c $X "$X"', ["X='a b'", "c a b 'a b'"]],
    ['an empty variable', 'a $NONE "$NONE" b', ["a '' b"]],
    ['a variable set by nobody knows what', 'a $UNSURE-1', ['a ?-1']],
    ['operators', 'a ${CUDA_VERSION%.*} ${CUDA_VERSION%%.*} ${CUDA_VERSION//./-} ${CUDA_VERSION:0:4} ${#CUDA_VERSION}', ['a 11.8 11 11-8-0 11.8 6']],
    ['defaults', 'a ${NONE:-x} ${CUDA_VERSION:+y} ${NONE-z} ${NONE:=w} $NONE', ['a x y z w w']],
    ['a default of an unknown value', 'a ${UNSURE:-x}', ['a ?']],
    ['variables of the script', 'v="${TRT_VERSION%.*}-1+cuda${CUDA_VERSION%.*}" && a b=$v', ['v=8.6.1-1+cuda11.8', 'a b=8.6.1-1+cuda11.8']],
    ['an assignment before a command', 'X=1 a $X; b $X', ['X=1 a', 'b']],
    ['export', 'export X=1 Y="$X"; a $X $Y', ["X=1 Y='' export X=1 Y=", 'a 1']],
    ['unset', 'X=1; unset X; a $X', ['X=1', 'unset X', 'a']],
    ['an array', 'X=(a "b c"); X+=(d); e "${X[@]}" ${X[0]}', ['X=a', 'X=a', "e a 'b c' d a"]],
    ['braces', 'a lib{b,c}-{d,"e f"}', ["a libb-d 'libb-e f' libc-d 'libc-e f'"]],
    ['a sequence', 'a {1..3}', ['a ?']],
    ['globs', 'a *.deb lib?[0-9]', ['a *.deb lib?[0-9]']],
    ['arithmetic', 'a $((1+1))', ['a ?']],
    ['an assignment in a branch', 'X=1; if a; then X=2; Y=3; fi; b $X $Y', ['X=1', '[may fail] a', '[if] X=2', '[if] Y=3', 'b ? ?']],
    ['the same assignment in both branches', 'if a; then X=2; else X=2; fi; b $X', ['[may fail] a', '[if] X=2', '[if] X=2', 'b 2']],
    ['an assignment in a subshell', 'X=1; (X=2; a $X); b $X', ['X=1', 'X=2', 'a 2', 'b 1']],
    ['an assignment in a pipeline', 'X=1; a | X=2; b $X', ['X=1', 'a', 'X=2', 'b 1']],
    ['an assignment in a loop of unknown length', 'X=1; while a; do b $X; X=2; done; c $X', ['X=1', '[may fail] a', '[if] b ?', '[if] X=2', 'c ?']],
    ['a loop over words', 'for x in a "b c"; do d $x; done', ['d a', 'd b c']],
    ['a loop over an unknown list', 'for x in $(a); do b $x; done', ['[$] a', '[if] b ?']],
    ['a loop with break', 'for x in a b; do c && break; d; done; e', ['c', 'break', '[if] c', '[if] break', 'e']],
    ['read and source', 'read X; . f; a $X $NONE', ['read X', '. f', 'a ? ?']],
    ['a substitution that can be worked out', 'a $(echo $CUDA_VERSION | cut -d. -f1-2 | tr . -)', ['[$] echo 11.8.0', '[$] cut -d. -f1-2', '[$] tr . -', 'a 11-8']],
    ['positional parameters', 'set -- a b; c "$@" $2', ['set -- a b', 'c a b b']],
    ['indirection', 'N=CUDA_VERSION; a ${!N}', ['N=CUDA_VERSION', 'a 11.8.0']],
  ])('%s', (_, text, lines) => {
    expect(read(text, { ...CUDA, UNSURE: UNKNOWN }).commands.map(line)).toEqual(lines);
  });

  test('variables after the script', () => {
    const { variables } = read('A=1; B=$(x); export C="$A"; (D=2)');
    expect([...variables].map(([name, value]) => [name, value.value])).toEqual([
      ['A', '1'],
      ['B', UNKNOWN],
      ['C', '1'],
    ]);
  });

  test('parameters given from outside', () => {
    const script = read('a $1 $2');
    const parameters = script.commands[0]?.words.slice(0, 1).map(({ text }) => text) ?? [];
    expect(read('b $1 $2', {}, { parameters }).commands.map(line)).toEqual(['b a']);
    expect(script.commands.map(line)).toEqual(['a ? ?']);
  });
});

describe('conditions whose outcome is known', () => {
  test.each([
    ['= that holds', 'if [ "${CUDA_VERSION%%.*}" = 11 ]; then a; else b; fi', ['a']],
    ['= that does not hold', 'if [ "$CUDA_VERSION" = 10.2 ]; then a; else b; fi', ['b']],
    ['no branch', 'if [ "$CUDA_VERSION" = 10.2 ]; then a; fi; b', ['b']],
    ['elif', 'if [ $X = 1 ]; then a; elif [ -n "$CUDA_VERSION" ]; then b; else c; fi', ['b']],
    ['behind an unknown one', 'if x; then a; elif [ -n "$CUDA_VERSION" ]; then b; else c; fi', ['[may fail] x', '[if] a', '[if] b']],
    ['[[ with a pattern', 'if [[ "$CUDA_VERSION" == 11.* && ! -z $CUDA_VERSION ]]; then a; else b; fi', ['a']],
    ['numbers', 'if [ ${CUDA_VERSION%%.*} -ge 12 ]; then a; else b; fi', ['b']],
    ['test and &&', 'test -z "$NONE" && a; test -n "$NONE" && b; c', ['a', 'c']],
    ['||', '[ -n "$CUDA_VERSION" ] || a; b', ['b']],
    ['case', 'case "$CUDA_VERSION" in 10.*) a;; 11.*|12.*) b;; *) c;; esac', ['b']],
    ['case without a match', 'case "$CUDA_VERSION" in 10.*) a;; esac; b', ['b']],
    ['true and false', 'true && a; false && b; false || c', ['a', 'c']],
    ['an unknown operand', 'if [ "$UNSURE" = 1 ]; then a; else b; fi', ['[if] a', '[if] b']],
  ])('%s', (_, text, lines) => {
    const tests = /^(?:\[may fail\] )?(?:\[if\] )?(?:\[may fail\] )?(?:\[ |test|true|false)/;
    const commands = read(text, { ...CUDA, X: '2', UNSURE: UNKNOWN }).commands.map(line);
    expect(commands.filter((command) => !tests.test(command))).toEqual(lines);
  });
});

describe('scripts within scripts', () => {
  test.each([
    ['bash -c', 'bash -c "a && b \\"c d\\""', ['a', "b 'c d'"]],
    ['options before it', '/bin/bash -euxo pipefail -c "a"; sh -lc \'b\'; su -l me -c "c"', ['a', 'b', 'c']],
    ['variables that are not exported', "X=1; export Y=2; bash -c 'a $X $Y $CUDA_VERSION'", ['X=1', 'Y=2 export Y=2', 'a 2 11.8.0']],
    ['parameters', "bash -c 'a $1 $0' name b", ['a b ?']],
    ['eval', 'X="a b"; eval "$X c" d; eval $(e); f $NONE', ["X='a b'", 'a b c d', '[$] e', 'eval ?', 'f ?']],
    ['a here-document', "bash <<'EOF'\na \"$CUDA_VERSION\"\nEOF\n", ['a 11.8.0']],
    ['a here-string', 'bash -s <<< "a b"', ['a b']],
    ['a file', 'bash ./x.sh y', ['bash ./x.sh y']],
    ['an unknown text', 'bash -c "$UNSURE"', ['bash -c ?']],
    ['a text with an unknown part', 'bash -c "a $UNSURE && b"', ['a ?', 'b']],
  ])('%s', (_, text, lines) => {
    expect(read(text, { ...CUDA, UNSURE: UNKNOWN }).commands.map(line)).toEqual(lines);
  });

  test('failing for good', () => {
    expect(read('bash -c "exit 1"; a').commands.map(line)).toEqual(['exit 1']);
  });
});

describe('working directory', () => {
  test.each([
    ['absolute', 'cd /opt && a', undefined, '/opt'],
    ['relative to a known start', 'cd b/../c && a', '/opt', '/opt/c'],
    ['relative to an unknown start', 'cd b && cd c && a', undefined, 'b/c'],
    ['none', 'a', '/opt', undefined],
    ['back', 'cd /x; cd /y; cd - && a', undefined, '/x'],
    ['back to the start', 'cd /x; cd - && a', '/opt', '/opt'],
    ['in a subshell', '(cd /x); a', '/opt', undefined],
    ['in a branch', 'if b; then cd /x; fi; a', '/opt', UNKNOWN],
    ['unknown', 'cd $(b) && a', '/opt', UNKNOWN],
    ['pushd and popd', 'pushd /x; popd; a', '/opt', '/opt'],
  ])('%s', (_, text, workingDirectory, expected) => {
    const { commands } = read(text, {}, { workingDirectory });
    expect(commands.find(({ name }) => name === 'a')?.workingDirectory).toBe(expected);
  });
});

describe('ranges', () => {
  test.each([
    ['apt-get install -y "libnvinfer8=8.6.1-1+cuda11.8"', ['apt-get', 'install', '-y', '"libnvinfer8=8.6.1-1+cuda11.8"']],
    ["bash -c 'pip install \"a b\"'", ['pip', 'install', '"a b"']],
    ['bash -c "pip install \\"a b\\" c"', ['pip', 'install', '\\"a b\\"', 'c']],
    ['eval "a b" c', ['a', 'b', 'c']],
    ['bash -lc "bash -c \'a b\'"', ['a', 'b']],
    ['sh <<EOF\na "$X" b\nEOF\n', ['a', '"$X"', 'b']],
    ['a `b "c"`', ['b', '"c"']],
  ])('words of %s', (text, words) => {
    const command = read(text, { X: 'x' }).commands[0];
    expect(command?.words.map(({ range }) => at(text, range))).toEqual(words);
  });

  test('a value knows where each of its parts is written', () => {
    const text = 'V="8.6" && apt-get install libnvinfer8="$V-1"';
    const word = read(text).commands[1]?.words[2];
    expect(word?.text.pieces.map(({ text: part, range, use }) => [part, at(text, range), use && at(text, use.range)])).toEqual([
      ['libnvinfer8=', 'libnvinfer8=', undefined],
      ['8.6', '8.6', '$V'],
      ['-1', '-1', undefined],
    ]);
  });

  test('an inner script can be edited where it is written', () => {
    const text = 'bash -c "pip install \\"torch==2.1\\""';
    const word = read(text).commands[0]?.words[2]?.text;
    const edit = word?.edit(word.value.indexOf('2.1'), word.value.length, '2.2');
    expect(edit && [at(text, edit.range), edit.newText]).toEqual(['2.1', '2.2']);
  });

  test('what braces made cannot be edited', () => {
    const word = read('apt-get install lib{a,b}=1').commands[0]?.words[2]?.text;
    expect(word?.value).toBe('liba=1');
    expect(word?.edit(5, 6, '2')).toBeUndefined();
  });

  test('escaped backquotes show the whole substitution', () => {
    const text = 'a `b \\`c\\``';
    expect(read(text).commands.map(({ name, range }) => [name, at(text, range)])).toEqual([
      ['c', '`b \\`c\\``'],
      ['b', '`b \\`c\\``'],
      ['a', text],
    ]);
  });
});

describe('what is no shell script', () => {
  test.each([
    ['PowerShell by name', 'Get-Item x', { shell: 'powershell' }],
    ['cmd by name', 'dir', { shell: 'C:\\Windows\\System32\\cmd.exe' }],
    ['PowerShell by its look', 'if ($a) { b }', {}],
    ['another interpreter', '#!/usr/bin/env python3\nimport os', {}],
    ['an open quote', 'a "b', {}],
  ])('%s', (_, text, options) => {
    expect(read(text, {}, options)).toMatchObject({ commands: [], unreadable: true });
  });

  test('a script with a shell in its first line is read', () => {
    expect(read('#!/usr/bin/env bash\na', {}, { shell: 'powershell' }).commands.map(line)).toEqual(['a']);
  });
});

describe('bounds', () => {
  test.each([
    ['a function that calls itself', 'f() { a; f; }; f'],
    ['values that double', `X=a; ${'X=$X$X; '.repeat(40)} b $X`],
    ['loops within loops', `${'for i in 1 2 3 4 5 6 7 8; do '.repeat(8)} a; ${'done; '.repeat(8)}`],
    ['functions that call twice', `f0() { a; }; ${Array.from({ length: 30 }, (_, i) => `f${i + 1}() { f${i}; f${i}; }; `).join('')} f30`],
    ['scripts within scripts', `${'eval '.repeat(200)}a`],
    ['braces', `a ${'{b,c}'.repeat(30)}`],
    ['groups', `${'('.repeat(300)}a${')'.repeat(300)}`],
  ])('%s', (_, text) => {
    expect(read(text).commands.length).toBeLessThanOrEqual(4000);
  });
});

test.each(['a <<${ b; c\\', '<<`a\\'])('what is open at the end of %j ends with it', (text) => {
  const [command] = read(text).commands;
  expect(command?.redirects.at(-1)?.range.end).toBe(OFFSET + text.length);
  expect(command?.range.end).toBe(OFFSET + text.length);
});
