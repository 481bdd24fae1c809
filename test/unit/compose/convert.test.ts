import { describe, expect, it } from 'vitest';
import { listConversions } from '../../../src/core/compose/convert';
import { readGpuWish } from '../../../src/core/compose/gpu-wish';
import { applyEdits } from '../../../src/core/text/edit';
import { read } from './reading';

const DEPLOY = `services:
  app:
    image: app
    # two of them
    deploy:
      resources:
        reservations:
          devices:
            - driver: nvidia
              count: 2
              capabilities: [gpu]
    ports: ["80:80"] # web
`;

function convert(text: string, to: string): string | undefined {
  const project = read(text);
  const [service] = project.services;
  const conversion = service && listConversions(project, service).find((each) => each.to === to);
  return conversion && applyEdits(text, conversion.edits);
}

describe('listConversions', () => {
  it.each([
    ['gpus', DEPLOY.replace(/deploy:[^]*\[gpu\]/, 'gpus:\n      - driver: nvidia\n        count: 2\n        capabilities: [gpu]')],
    ['cdi', DEPLOY.replace(/deploy:[^]*\[gpu\]/, 'devices:\n      - nvidia.com/gpu=0\n      - nvidia.com/gpu=1')],
    ['runtime', DEPLOY.replace(/deploy:[^]*\[gpu\]/, 'runtime: nvidia').replace('# web\n', '# web\n    environment:\n      NVIDIA_VISIBLE_DEVICES: "0,1"\n')],
  ])('turns a reservation into %s and keeps the rest', (to, expected) => {
    expect(convert(DEPLOY, to)).toBe(expected);
  });

  it.each(['gpus', 'cdi', 'runtime'])('comes back from %s', (to) => {
    const there = convert(DEPLOY, to) ?? '';
    const back = convert(there, 'deploy') ?? '';
    const [service] = read(back).services;
    expect(service && readGpuWish(service)).toEqual(to === 'gpus' ? { kind: 'count', count: 2 } : { kind: 'devices', ids: ['0', '1'] });
    expect(back).toContain('# two of them');
    expect(back).toContain('ports: ["80:80"] # web');
  });

  it('leaves what else deploy holds', () => {
    const text = DEPLOY.replace('    deploy:\n', '    deploy:\n      replicas: 2\n');
    expect(convert(text, 'gpus')).toBe('services:\n  app:\n    image: app\n    # two of them\n    deploy:\n      replicas: 2\n    ports: ["80:80"] # web\n    gpus:\n      - driver: nvidia\n        count: 2\n        capabilities: [gpu]\n');
  });

  it('goes as deep as deploy reaches already', () => {
    const text = 'services:\n    app:\n        image: app\n        gpus: all\n        deploy:\n            resources:\n                limits:\n                    memory: 4g\n';
    expect(convert(text, 'deploy')).toBe(
      'services:\n    app:\n        image: app\n        deploy:\n            resources:\n                limits:\n                    memory: 4g\n                reservations:\n                    devices:\n                        - driver: nvidia\n                          count: all\n                          capabilities: [gpu]\n',
    );
  });

  it('keeps the device files beside CDI devices', () => {
    const text = 'services:\n  app:\n    image: app\n    devices:\n      - /dev/dri\n      - nvidia.com/gpu=all\n';
    expect(convert(text, 'deploy')).toBeUndefined();
  });

  it.each([
    ['no GPU', 'services:\n  app:\n    image: app\n'],
    ['two ways at once', 'services:\n  app:\n    image: app\n    runtime: nvidia\n    gpus: all\n'],
    ['flow style', 'services:\n  app: {image: app, gpus: all}\n'],
    ['an anchor', 'x-gpu: &gpu\n  runtime: nvidia\nservices:\n  app:\n    <<: *gpu\n    image: app\n'],
    ['a count that is not known', 'services:\n  app:\n    image: app\n    gpus:\n      - count: ${N}\n'],
    ['another vendor', 'services:\n  app:\n    image: app\n    gpus:\n      - driver: amd\n'],
  ])('offers nothing for %s', (_, text) => {
    const project = read(text);
    expect(project.services.flatMap((service) => listConversions(project, service))).toEqual([]);
  });
});
