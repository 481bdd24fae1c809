import { describe, expect, it } from 'vitest';
import { BuildLog } from '../../../src/core/build-log/build-log';
import { LogRenderer, type LogPaint } from '../../../src/core/build-log/render';

const mark = (name: string) => (text: string): string => `<${name}>${text}</${name}>`;
const PAINT: LogPaint = { bold: mark('b'), dim: mark('d'), red: mark('r'), green: mark('g'), yellow: mark('y') };

function render(text: string): readonly string[] {
  const log = new BuildLog({ createDecoder: () => (base64) => base64 });
  const renderer = new LogRenderer({ paint: PAINT, placeOf: (step) => (step.position === undefined ? undefined : `Dockerfile:${step.position.index}`), words: { done: 'done', cached: 'cached', failed: 'failed', cancelled: 'cancelled' } });
  return log.feed(text).flatMap((event) => [...renderer.render(event)]);
}

describe('a shown log', () => {
  it('has a head for each step, with its place, and how it ended', () => {
    expect(render('#1 [internal] load .dockerignore\n#1 DONE 0.0s\n#5 [build 2/3] RUN make   all\n#5 0.1 compiling\n#5 DONE 12.3s\n#6 [build 3/3] COPY a b\n#6 CACHED\n')).toEqual([
      '<b>[build 2/3] RUN make all</b> <d>Dockerfile:2</d>',
      '  compiling',
      '  <g>done</g> <d>12 s</d>',
      '<b>[build 3/3] COPY a b</b> <d>Dockerfile:3</d>',
      '  <d>cached</d>',
    ]);
  });

  it('names a step again when another one has spoken', () => {
    expect(render('#5 [a 2/2] RUN x\n#6 [b 2/2] RUN y\n#5 0.1 from x\n')).toEqual(['<b>[a 2/2] RUN x</b> <d>Dockerfile:2</d>', '<b>[b 2/2] RUN y</b> <d>Dockerfile:2</d>', '<d>[a 2/2] RUN x</d> <d>Dockerfile:2</d>', '  from x']);
  });

  it('obeys nothing but colours', () => {
    const [, output] = render('#5 [1/1] RUN x\n#5 0.1 \u001b[31mred\u001b[0m \u001b]8;;http://evil\u0007link\u001b]8;;\u0007 \u001b[2Jcls \u0008back \u202Eturned\n');
    expect(output).toBe('  \u001b[31mred\u001b[0m link cls \uFFFDback \uFFFDturned\u001b[0m');
  });

  it('obeys nothing in an instruction', () => {
    expect(render('#5 [1/1] RUN echo \u001b[2J\n')[0]).toBe('<b>[1/1] RUN echo \uFFFD[2J</b> <d>Dockerfile:1</d>');
  });
});
