import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';

/** Kinds of the Python packages that a second stage gets by `COPY --from` of a path, after `build` in the first. */
function copied(build: string, source: string): readonly string[] {
  const text = `FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS build\nWORKDIR /app\n${build}\nFROM nvidia/cuda:12.4.1-base-ubuntu22.04\nCOPY --from=build ${source} /there\n`;
  const { stack } = analyse(text, 'Dockerfile', {});
  const last = stack === undefined ? undefined : [stack].flat()[0]?.stages.at(-1);
  return (last?.final.components ?? []).filter(({ via }) => via === 'copy').map(({ kind }) => kind);
}

describe('Python packages come with the folder that they were installed into', () => {
  it.each([
    ['RUN python3 -m venv /app/venv\nENV PATH=/app/venv/bin:$PATH\nRUN pip install torch==2.4.0', '/app'],
    ['ENV VIRTUAL_ENV=/app/.venv\nRUN pip install torch==2.4.0', '/app/.venv/'],
    ['ENV VIRTUAL_ENV=/srv/x\nRUN pip install torch==2.4.0', '/srv/x/lib/python3.10/site-packages'],
    ['RUN uv venv && uv pip install torch==2.4.0', '/app/.venv'],
    ['RUN uv add torch==2.4.0', '/app'],
    ['ENV UV_PROJECT_ENVIRONMENT=/env\nRUN uv add torch==2.4.0', '/env'],
    ['RUN /venv/bin/pip install torch==2.4.0', '/venv/*'],
    ['RUN pip install --user torch==2.4.0', '/root/.local'],
    ['RUN useradd me\nUSER me\nRUN pip install --user torch==2.4.0', '/home/me/.local'],
    ['RUN pip install --prefix=/install torch==2.4.0', '/install'],
    ['RUN pip install -t deps torch==2.4.0', '/app/deps'],
    ['RUN pip install torch==2.4.0', '/usr/local/lib/python3.10/dist-packages'],
    ['RUN pip install torch==2.4.0', '/usr/local'],
  ])('%j: %s', (build, source) => {
    expect(copied(build, source)).toContain('torch');
  });

  it.each([
    ['ENV VIRTUAL_ENV=/src/.venv\nRUN pip install torch==2.4.0', '/app'],
    ['ENV VIRTUAL_ENV=/app/.venv\nRUN pip install torch==2.4.0', '/app/.venv/bin'],
    ['ENV VIRTUAL_ENV=/app/.venv\nRUN pip install torch==2.4.0', '/usr/local'],
    ['RUN pip install torch==2.4.0', '/app'],
    ['RUN uv pip install --system torch==2.4.0', '/app'],
  ])('and not with another: %j: %s', (build, source) => {
    expect(copied(build, source)).not.toContain('torch');
  });
});
