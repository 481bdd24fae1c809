import { formatText } from '../../../src/core/l10n/message';
import { describe, expect, it } from 'vitest';
import { parseMarks } from '../../../src/core/engine/marks';
import { joinOverlays, readOverlay } from '../../../src/core/overlay/read';

const FILE = 'overlay.yaml';

describe('readOverlay', () => {
  it('reads every entry', () => {
    const { overlay, problems } = readOverlay(
      `checked: 2026-11-01
images:
  - name: registry.example.com/ml/base
    tags: [24.*, stable]
    base: nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04
    os: ubuntu22.04
    python: 3.10
    tensorrt: 10.0.1.6
    flavor: devel
    env: { LD_LIBRARY_PATH: /opt/lib }
    driver: 550.54.14
    platforms: [linux/amd64]
    complete: true
    source: https://wiki.example.com/base
mirrors:
  - prefix: harbor.example.com/hub/
    of: docker.io
    faithful: true
tags:
  - image: nvidia/cuda
    served: [11.0-base]
    removed: [12.*]
`,
      FILE,
    );
    expect(problems).toEqual([]);
    expect(overlay.images[0]).toMatchObject({ name: 'registry.example.com/ml/base', tags: ['24.*', 'stable'], os: 'ubuntu22.04', driver: '550.54.14', complete: true, checked: '2026-11-01' });
    expect([...(overlay.images[0]?.versions ?? [])]).toEqual([['python', '3.10'], ['tensorrt', '10.0.1.6']]);
    expect(overlay.mirrors).toEqual([{ prefix: 'harbor.example.com/hub', of: 'docker.io', faithful: true }]);
    expect(overlay.tags).toMatchObject([{ image: 'nvidia/cuda', served: ['11.0-base'], removed: ['12.*'], source: FILE }]);
  });

  it('reads JSON', () => {
    const { overlay, problems } = readOverlay('{ "images": [{ "name": "corp/base", "cuda": "12.4.1" }] }', FILE);
    expect(problems).toEqual([]);
    expect(overlay.images[0]?.versions.get('cuda')).toBe('12.4.1');
  });

  it.each([
    ['an unknown key', 'images:\n  - name: a\n    «tensort»: 10.0\n', 'did you mean `tensorrt`?'],
    ['an image without a name', 'images:\n  - «os»: ubuntu22.04\n', '`name` is missing.'],
    ['a tag in the name', 'images:\n  - name: «corp/base:1.0»\n', "write tags: ['1.0']"],
    ['a version that is none', 'images:\n  - name: a\n    cuda: «latest»\n', 'It must be a version, such as 12.4.1.'],
    ['a base that is none', 'images:\n  - name: a\n    base: «Not An Image»\n', 'This is no name of an image.'],
    ['a distribution without a version', 'images:\n  - name: a\n    os: «ubuntu»\n', 'It must be name and version of a distribution'],
    ['a wrong truth', 'images:\n  - name: a\n    complete: «maybe»\n', 'It must be true or false.'],
    ['a day that is none', 'checked: «yesterday»\n', 'It must be a day, such as 2026-11-20.'],
    ['broken YAML', 'images: [«»', 'This is no YAML'],
  ])('finds %s', (_, marked, message) => {
    const { text, ranges } = parseMarks(marked);
    const { problems } = readOverlay(text, FILE);
    expect(problems).toHaveLength(1);
    expect(formatText(problems[0]?.message ?? '')).toContain(message);
    expect(problems[0]?.location.range).toEqual(ranges[0]);
  });

  it('a registry with a port is no tag', () => {
    expect(readOverlay('images: [{ name: "localhost:5000/base" }]', FILE).problems).toEqual([]);
  });
});

describe('joinOverlays', () => {
  it('puts the earlier first', () => {
    const [a, b] = ['one', 'two'].map((name) => readOverlay(`images: [{ name: ${name} }]`, FILE).overlay);
    expect(joinOverlays([a, b].filter((each) => each !== undefined))?.images.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(joinOverlays([])).toBeUndefined();
  });
});
