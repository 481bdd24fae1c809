import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/core/engine/analyse';
import { formatText } from '../../../src/core/l10n/message';
import { changeCuda, type CudaChange } from '../../../src/core/refactor/change-cuda';
import { fitsCuda, leaveStages, listNearestCuda } from '../../../src/core/refactor/ways-out';

function change(text: string, cuda: string): CudaChange {
  const result = changeCuda(text, 'Dockerfile', cuda);
  if (result === undefined) throw new Error('nothing is changed');
  return result;
}

function nearest(text: string, cuda: string, present: string): string | undefined {
  return listNearestCuda(cuda, present).find((version) => fitsCuda(text, 'Dockerfile', version));
}

const TENSORFLOW = 'FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04\nRUN apt-get update && apt-get install -y python3-pip\nRUN pip3 install tensorflow==2.9.2\n';
const TWO = `FROM nvidia/cuda:11.8.0-devel-ubuntu22.04 AS tools
RUN make
FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04 AS legacy
RUN apt-get update && apt-get install -y python3-pip && pip3 install tensorflow==2.9.2
FROM tools
COPY --from=legacy /model /model
`;

describe('the nearest CUDA', () => {
  it('is tried from the wished one on, and never on the other side of what the file has', () => {
    const down = listNearestCuda('11.8', '12.4.1');
    expect(down).not.toContain('12.5');
    expect(down).not.toContain('12.4');
    expect(down).not.toContain('11.8');
    expect(down.slice(0, 2).sort()).toEqual(['11.7', '12.0']);
    expect(listNearestCuda('12.4', '11.8.0').every((version) => Number(version) > 11.8)).toBe(true);
  });

  it('is one with which all fits', () => {
    expect(change(TENSORFLOW, '12.4').remaining.map(({ rule }) => rule)).toContain('tensorflow-cuda-mismatch');
    expect(nearest(TENSORFLOW, '12.4', '11.2.2')).toBe('11.8');
  });

  it('is none where nothing fits', () => {
    expect(nearest('FROM nvidia/cuda:10.0-cudnn7-runtime-ubuntu18.04\nRUN pip3 install tensorflow-gpu==1.14.0\n', '12.4', '10.0')).toBeUndefined();
  });
});

describe('stages that stay as they are', () => {
  it('are those in which something would not fit', () => {
    const partial = leaveStages(TWO, 'Dockerfile', '12.4', change(TWO, '12.4'));
    expect(partial?.left).toEqual(['legacy']);
    const after = partial?.changed.get('Dockerfile') ?? '';
    expect(after).toContain('FROM nvidia/cuda:12.4.1-devel-ubuntu22.04 AS tools');
    expect(after).toContain('FROM nvidia/cuda:11.2.2-cudnn8-runtime-ubuntu20.04 AS legacy');
    const rules = (text: string): readonly string[] => analyse(text, 'Dockerfile').findings.filter(({ severity }) => severity !== 'hint').map(({ rule }) => rule);
    expect(rules(after).filter((rule) => !rules(TWO).includes(rule))).toEqual([]);
  });

  it.each([
    ['it is the only one', TENSORFLOW],
    ['an ARG gives all of them their image', TWO.replace(/11\.\d\.\d-[a-z0-9-]+-ubuntu\d+\.\d+/g, '${TAG}').replace(/^/, 'ARG TAG=11.2.2-cudnn8-runtime-ubuntu20.04\n')],
  ])('are none where %s', (_, text) => {
    const whole = change(text, '12.4');
    expect(whole.remaining).not.toEqual([]);
    expect(leaveStages(text, 'Dockerfile', '12.4', whole)).toBeUndefined();
  });
});

it.each<[string, string, string, readonly string[]]>([
  ['another distribution', '12.8', 'FROM nvidia/cuda:11.4.3-base-ubuntu18.04\n', ['Ubuntu 18.04 becomes Ubuntu 20.04: the packages of the distribution are others, with other names and versions.']],
  ['the heir of a distribution that has no images', '12.4', 'FROM nvidia/cuda:11.4.3-devel-centos8\n', ['CentOS 8 becomes Rocky Linux 8: the packages of the distribution are others, with other names and versions.']],
  ['another major version of cuDNN', '12.6', 'FROM nvidia/cuda:12.2.2-cudnn8-runtime-ubuntu22.04\n', ['cuDNN 8.9.6.50 becomes 9.5.1.17.']],
  ['nothing', '12.6', 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\n', []],
])('tells of %s', (_, cuda, text, notes) => {
  expect(change(text, cuda).notes.map((note) => formatText(note))).toEqual(notes);
});

it.each<[string, string, string]>([
  ['a pin', 'RUN apt-get update && apt-get install -y libcudnn8=8.9.7.29-1+cuda12.2 libcudnn8-dev=8.9.7.29-1+cuda12.2 && apt-mark hold libcudnn8\n', 'libcudnn9-cuda-13=(9\\.[\\d.]+-1) libcudnn9-dev-cuda-13=\\1 && apt-mark hold libcudnn9-cuda-13\n'],
  ['a pattern in quotes', "RUN apt-get update && apt-get install -y 'libcudnn8=8.9.*+cuda12.2'\n", "'libcudnn9-cuda-13=9\\.[\\d.]+-1'\n"],
  ['a version out of a variable', 'ENV CUDNN_VERSION=8.9.7.29\nRUN apt-get update && apt-get install -y libcudnn8=${CUDNN_VERSION}-1+cuda12.2\n', 'ENV CUDNN_VERSION=9\\.[\\d.]+\nRUN .* libcudnn9-cuda-13=\\$\\{CUDNN_VERSION\\}-1\n'],
])('puts cuDNN 9 in the place of cuDNN 8 where CUDA 13 has no other: %s', (_, run, expected) => {
  const result = change(`FROM nvidia/cuda:12.2.2-base-ubuntu22.04\n${run}`, '13.0');
  expect(result.remaining).toEqual([]);
  expect(result.changed.get('Dockerfile')).toMatch(new RegExp(expected));
  expect(result.notes.map((note) => formatText(note)).join()).toMatch(/^cuDNN 8\.9[\d.]* becomes 9/);
});
