import { describe, expect, it } from 'vitest';
import { analyseDockerfile } from '../../../src/core/engine/analyse';
import { findNeeded, isIdle } from '../../../src/core/stack/needed-stages';

const DOCKERFILE = `ARG TAG=12.4.1
FROM nvidia/cuda:\${TAG}-devel-ubuntu22.04 AS Build
RUN make
FROM debian:12 AS docs
COPY --from=ubuntu:24.04 /etc/x /x
FROM build AS test
RUN --mount=type=bind,from=docs,source=/x,target=/x --mount=type=cache,target=/c true
FROM nvidia/cuda:\${TAG}-runtime-ubuntu22.04
COPY --from=build /out /out
COPY --from=\${UNKNOWN} /y /y
`;

function need(target?: string, contexts?: readonly string[]) {
  const { stack } = analyseDockerfile(DOCKERFILE, 'Dockerfile');
  if (stack === undefined) throw new Error('no Dockerfile');
  const needed = findNeeded(stack, target, contexts);
  return { stack, needed, stages: [...needed.stages].map(({ stage }) => stage.index).sort(), images: [...needed.images].sort() };
}

describe('what a build takes', () => {
  it('is what the last stage is made of', () => {
    expect(need()).toMatchObject({ stages: [0, 3], images: ['nvidia/cuda:12.4.1-devel-ubuntu22.04', 'nvidia/cuda:12.4.1-runtime-ubuntu22.04'] });
  });

  it('is what the target is made of, mounts and images to copy from among it', () => {
    expect(need('BUILD')).toMatchObject({ stages: [0], images: ['nvidia/cuda:12.4.1-devel-ubuntu22.04'] });
    expect(need('test')).toMatchObject({ stages: [0, 1, 2], images: ['debian:12', 'nvidia/cuda:12.4.1-devel-ubuntu22.04', 'ubuntu:24.04'] });
    expect(need('1')).toMatchObject({ stages: [1], images: ['debian:12', 'ubuntu:24.04'] });
  });

  it('is no image where a build context of its name is given', () => {
    expect(need('docs', ['debian:12', 'ubuntu:24.04']).images).toEqual([]);
  });

  it('is not known of a target that is not there', () => {
    const { stack, needed, stages } = need('no-such');
    expect(stages).toEqual([]);
    expect(isIdle({ file: 'Dockerfile', range: { start: 20, end: 30 } }, stack, needed)).toBe(false);
  });

  it('leaves the other stages idle', () => {
    const { stack, needed } = need('docs');
    const idle = (text: string): boolean => isIdle({ file: 'Dockerfile', range: { start: DOCKERFILE.indexOf(text), end: DOCKERFILE.indexOf(text) + 1 } }, stack, needed);
    expect([idle('ARG TAG'), idle('RUN make'), idle('COPY --from=ubuntu'), idle('COPY --from=build')]).toEqual([false, true, false, true]);
  });
});
