import { expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { describeStack } from '../../../src/core/engine/stack-output';

it('tells which stages a stage begins with and copies from', () => {
  const { stack } = analyse(
    `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS Build
FROM build AS test
COPY --from=0 /a /a
FROM ubuntu:22.04
COPY --from=build /app /app
RUN --mount=type=bind,from=test,target=/t true
COPY --from=busybox:1 /bin/sh /bin/
`,
    'Dockerfile',
    {},
  );
  expect(stack && describeStack(stack).stages.map(({ basedOn, copiesFrom }) => ({ basedOn, copiesFrom }))).toEqual([
    { basedOn: null, copiesFrom: [] },
    { basedOn: 0, copiesFrom: [0] },
    { basedOn: null, copiesFrom: [0, 1] },
  ]);
});
