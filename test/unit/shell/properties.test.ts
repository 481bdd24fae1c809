import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRequirements } from '../../../src/core/requirements/read';
import { recogniseActions } from '../../../src/core/shell/installers/index';
import type { Traced } from '../../../src/core/text/traced';
import { findScriptCall } from '../../../src/core/shell/script-call';
import { FILE, OFFSET, read } from './reading';

const SCRIPTS = [
  'v="${TRT_VERSION%.*}-1+cuda${CUDA_VERSION%.*}" && apt-get update && apt-get install -y libnvinfer8=${v} lib{a,b}=$v || true',
  'if [ "$X" = 1 ]; then bash -c "pip install \\"torch==2.1\\" -r r.txt"; elif a; then b; else c; fi; case $X in a|b) d;; esac',
  'for p in a "b c" $(ls); do f "$p"; done; f() { cd $1 && cmake -DCMAKE_CUDA_ARCHITECTURES="75;86" ..; }; f x | tee /y',
  'cat <<EOF | bash\nwget -qO- https://x/TensorRT-8.6.1.6.Linux.x86_64-gnu.cuda-11.8.tar.gz | tar xz -C /opt\nEOF\necho "deb [a=b] http://x y z" > /etc/apt/sources.list.d/x.list',
  "eval `echo a \\`b\\`` && while read l; do x+=(\"$l\"); done < <(c); conda install -c d 'e>=1' f::g=1=h; curl x | apt-key add -",
  'a=(1 2 3); b "${a[@]}" ${a[1]} ${c:-${d#*.}} $((e+1)) <<< "f" 2>&1; dpkg -i ./*.deb; nvcc -gencode arch=compute_70,code=[sm_70,compute_70] x.cu',
];
const TOKENS = ['"', "'", '`', '$', '${', '}', '$(', ')', '(', '{', '\\', '\n', ';', '&&', '||', '|', '<<E\n', '>', 'if ', 'then ', 'fi', 'do ', 'done', 'eval ', ' -c ', '=', '[', ']', '\r', '\uFFFC', '😀', '#', '-'];

/** A script with stretches cut out, doubled or replaced. */
const mutated = fc
  .tuple(fc.constantFrom(...SCRIPTS), fc.array(fc.tuple(fc.nat(400), fc.nat(12), fc.constantFrom(...TOKENS, '')), { maxLength: 8 }))
  .map(([script, edits]) => edits.reduce((text, [place, length, token]) => text.slice(0, place % (text.length + 1)) + token + text.slice((place % (text.length + 1)) + length), script));

test('any script gives commands whose places lie in it', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const script = read(text, { X: '1', TRT_VERSION: '8.6.1.6', CUDA_VERSION: '11.8.0' });
      const inside = ({ start, end }: { start: number; end: number }): boolean => OFFSET <= start && start <= end && end <= OFFSET + text.length;
      const plain = text.replaceAll('\r', ' ');
      const check = (value: Traced): void => {
        for (const { text: part, file, range, verbatim, use } of value.pieces) {
          if (use !== undefined) expect(inside(use.range)).toBe(true);
          if (file !== FILE) continue;
          expect(inside(range)).toBe(true);
          if (verbatim) expect(plain.slice(range.start - OFFSET, range.end - OFFSET)).toBe(part);
        }
      };
      for (const command of script.commands) {
        expect(inside(command.range)).toBe(true);
        for (const word of command.words) {
          expect(inside(word.range)).toBe(true);
          check(word.text);
        }
        for (const assignment of command.assignments) check(assignment.value);
        for (const { range, target } of command.redirects) {
          expect(inside(range)).toBe(true);
          if (target !== undefined) check(target);
        }
        findScriptCall(command);
      }
      for (const action of recogniseActions(script, { readImageFile: (path) => ({ file: path, text }) })) {
        const { start, end } = action.range;
        expect(action.file === FILE ? inside(action.range) : start <= end && end <= text.length).toBe(true);
        if (action.kind === 'package-install') for (const { range } of action.packages) expect(inside(range)).toBe(true);
        if (action.kind === 'compile') for (const { file, range } of action.architectures) if (file === FILE) expect(inside(range)).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
});

test('any requirements file gives requirements whose places lie in it', () => {
  const line = fc.constantFrom('torch==2.1', '-r x', '# c', '--extra-index-url https://x', '-e .', 'a \\', '${V}', ' --hash=x', ';', '@ x', '\r\n', '\n', '\uFFFC', '"', '[', ']');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const text = lines.join('');
      for (const { range, text: value } of readRequirements('r', text).requirements) {
        expect(0 <= range.start && range.start <= range.end && range.end <= text.length).toBe(true);
        for (const piece of value.pieces) if (piece.verbatim) expect(text.slice(piece.range.start, piece.range.end)).toBe(piece.text);
      }
    }),
    { numRuns: 2000 },
  );
});
