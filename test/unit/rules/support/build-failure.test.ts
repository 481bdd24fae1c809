import { expect, test } from 'vitest';
import type { Dockerfile } from '../../../../src/core/dockerfile/model';
import { readDockerfile } from '../../../../src/core/dockerfile/read';
import { endsBuild } from '../../../../src/core/rules/support/build-failure';
import { interpret } from '../../../../src/core/stack/interpret';

/** Whether a failure of the command `probe` ends the build of a Dockerfile with this RUN. */
function probe(run: string): boolean {
  const stack = interpret(readDockerfile(`FROM ubuntu:22.04\n${run}\n`, 'Dockerfile') as Dockerfile);
  for (const step of stack.stages.flatMap(({ steps }) => steps)) {
    const command = step.commands.find(({ name }) => name === 'probe');
    if (command !== undefined) return endsBuild(command, step, stack);
  }
  throw new Error('no probe');
}

test.each([
  ['RUN probe', true],
  ['RUN probe && next', true],
  ['RUN first && probe -x "a;b" && \\\n    next', true],
  ['RUN first; probe', true],
  ['RUN first | probe', true],
  ['RUN probe > /log 2>&1 && next', true],
  ['RUN ["probe"]', true],
  ['RUN <<EOF\nfirst\nprobe\nEOF', true],
  ['RUN set -e; probe; next', true],
  ['RUN set -eux && probe ; next', true],
  ['RUN <<EOF\nset -e\nprobe\nnext\nEOF', true],
  ['RUN probe; next', false],
  ['RUN probe && next; last', false],
  ['RUN set -e; probe && next; last', false],
  ['RUN probe || true', false],
  ['RUN probe | tee log', false],
  ['RUN probe & next', false],
  ['RUN if probe; then next; fi', false],
  ['RUN if [ -e /x ]; then probe; fi', false],
  ['RUN echo "$(probe)"', false],
  ['RUN ! probe', false],
  ['RUN <<EOF\nprobe\nnext\nEOF', false],
  ['CMD probe', false],
])('%s', (run, expected) => {
  expect(probe(run)).toBe(expected);
});
