import { describe, expect, it } from 'vitest';
import type { Devcontainer } from '../../../src/core/devcontainer/model';
import { readDevcontainer } from '../../../src/core/devcontainer/read';
import { readContext } from '../../../src/core/engine/example';
import { UNKNOWN } from '../../../src/core/text/traced';

function read(content: object, files: Readonly<Record<string, string>> = {}, folder = '.devcontainer'): Devcontainer {
  const found = readDevcontainer(JSON.stringify(content), `${folder}/devcontainer.json`, { context: readContext(files), folder });
  if (found === undefined) throw new Error('no devcontainer.json');
  return found;
}

describe('readDevcontainer', () => {
  it.each(['', '[]', '"text"', '// nothing'])('gives nothing for %j', (text) => {
    expect(readDevcontainer(text, 'devcontainer.json')).toBeUndefined();
  });

  it.each([
    [{ build: { dockerfile: 'Dockerfile' } }, '.devcontainer', '.devcontainer/Dockerfile'],
    [{ build: { dockerfile: '../docker/Dockerfile', context: '..' } }, '', 'docker/Dockerfile'],
    [{ dockerFile: 'Dockerfile', context: '..' }, '', '.devcontainer/Dockerfile'],
    [{ build: { dockerfile: '${localWorkspaceFolder}/.devcontainer/x.Dockerfile', context: '${localWorkspaceFolder}' } }, '', '.devcontainer/x.Dockerfile'],
    [{ build: { dockerfile: '../../Dockerfile' } }, '.devcontainer', undefined],
    [{ build: { dockerfile: '${localEnv:FILE}' } }, '.devcontainer', undefined],
    [{ build: { dockerfile: '${localEnv:FILE:gpu.Dockerfile}' } }, '.devcontainer', '.devcontainer/gpu.Dockerfile'],
  ])('builds %j', (content, context, dockerfile) => {
    expect(read(content).build).toMatchObject({ context, dockerfile });
  });

  it('finds the workspace above the folder of one of several configurations', () => {
    expect(read({ build: { dockerfile: '${localWorkspaceFolder}/Dockerfile' } }, {}, 'sub/.devcontainer/gpu').build?.dockerfile).toBe('sub/Dockerfile');
  });

  it('lays Compose files over each other', () => {
    const files = { 'compose.yaml': 'services:\n  dev: {image: a}\n  db: {image: db}\n', 'compose.dev.yaml': 'services:\n  dev: {gpus: all}\n' };
    const { composeProject, composeService } = read({ dockerComposeFile: ['../compose.yaml', '../compose.dev.yaml'], service: 'dev' }, files);
    expect(composeProject?.services.map(({ name }) => name)).toEqual(['dev', 'db']);
    expect(composeService).toMatchObject({ complete: true, requests: [{ syntax: 'gpus' }] });
  });

  it('knows nothing of Compose files that it cannot read', () => {
    expect(read({ dockerComposeFile: ['../compose.yaml', '../other.yaml'], service: 'dev' }, { 'compose.yaml': 'services: {}\n' }).composeProject).toBeUndefined();
  });

  it('splits features from their versions', () => {
    const features = { 'ghcr.io/devcontainers/features/nvidia-cuda:1': {}, './local': {}, 'localhost:5000/x/cuda:1.2': {} };
    expect(read({ image: 'a', features }).features.map(({ id, version }) => [id, version])).toEqual([
      ['ghcr.io/devcontainers/features/nvidia-cuda', '1'],
      ['./local', undefined],
      ['localhost:5000/x/cuda', '1.2'],
    ]);
  });

  it.each([
    [['--gpus', 'all'], [['--gpus', 'all']]],
    [['--gpus=all', '--rm', '-it', '--shm-size', '8g'], [['--gpus', 'all'], ['--rm', undefined], ['-i', 't'], ['--shm-size', '8g']]],
    [['-e', 'A=1', '-v/x:/y', '--privileged', '--net=host'], [['-e', 'A=1'], ['-v', '/x:/y'], ['--privileged', undefined], ['--net', 'host']]],
    [['--gpus'], [['--gpus', undefined]]],
    [['-i', 'x'], [['-i', undefined], ['x', undefined]]],
  ])('reads runArgs %j', (runArgs, expected) => {
    expect(read({ image: 'a', runArgs }).options.map(({ name, value }) => [name, value])).toEqual(expected);
  });

  it('collects variables and mounts of all places', () => {
    const content = {
      image: 'a',
      containerEnv: { A: '1', DISPLAY: '${localEnv:DISPLAY}' },
      runArgs: ['-e', 'B=2', '--env=C=3', '-v', '/x:/y:ro', '--mount', 'type=bind,source=/m,target=/n'],
      mounts: ['source=/tmp/.X11-unix,target=/tmp/.X11-unix,type=bind', { source: 'cache', target: '/cache', type: 'volume' }],
    };
    const { containerEnv, mounts } = read(content);
    expect(containerEnv.map(({ name, value }) => [name, value?.value])).toEqual([['A', '1'], ['DISPLAY', UNKNOWN], ['B', '2'], ['C', '3']]);
    expect(mounts.map(({ source, target }) => [source, target])).toEqual([['/tmp/.X11-unix', '/tmp/.X11-unix'], ['cache', '/cache'], ['/x', '/y'], ['/m', '/n']]);
  });
});
