import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { printSolution, type SolveArguments } from '../../../src/cli/solve';

let written = '';

beforeEach(() => {
  written = '';
  vi.stubEnv('NO_COLOR', '1');
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

function run(wishes: Partial<SolveArguments>): { readonly text: string; readonly status: number | string | null | undefined } {
  printSolution({ count: 3, format: 'text', ...wishes });
  return { text: written, status: process.exitCode };
}

describe('trtc solve', () => {
  it('prints the image, the lines to paste, and why', () => {
    const { text, status } = run({ tensorrt: '8.6', python: '3.10', torch: '2.1', driver: '535', gpu: ['RTX 4090'], count: 1 });
    expect(status).toBeUndefined();
    expect(text).toMatch(/^1\. nvidia\/cuda:12\.1\.1-cudnn8-runtime-ubuntu22\.04 \(assumed: see what is not proven\)\n {3}Ubuntu 22\.04, CUDA 12\.1\.1, /);
    expect(text).toContain('\n   FROM nvidia/cuda:12.1.1-cudnn8-runtime-ubuntu22.04\n   RUN apt-get update \\\n    && apt-get install');
    expect(text).toMatch(/\n {4}&& apt-mark hold libnvinfer8 .*\n[^]*\n {3}RUN python3 -m pip install --no-cache-dir torch==2\.1\.2\n/);
    expect(text).toMatch(/\n {3}Because:\n {3}- nvidia\/cuda:\S+ is in NVIDIA's list of supported tags\. \[https:.*\]\n/);
    expect(text).toMatch(/\n {3}Not proven:\n {3}- /);
  });

  it('prints the conflict and what is nearest, and exits with 1', () => {
    const { text, status } = run({ tensorrt: '8.6', cuda: '13' });
    expect(status).toBe(1);
    expect(text).toMatch(/^Nothing known meets TensorRT 8\.6 and CUDA 13 together\.\n {3}Because:\n {3}- TensorRT 8\.6\.1\.6 is built for CUDA 11\.8 and 12\.0, .*\n {3}Nearest that can be had:\n {3}- CUDA 12\.1\.1 instead of CUDA 13: nvidia\/cuda:/);
  });

  it('starts from an image that is there', () => {
    expect(run({ tensorrt: '8', near: 'nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04', count: 1 }).text).toContain('FROM nvidia/cuda:11.6.2-cudnn8-devel-ubuntu20.04\n');
  });

  it.each<[Partial<SolveArguments>, string]>([
    [{ gpu: ['Voodoo 2'] }, '--gpu: Voodoo 2 is no GPU that the tables know; its compute capability (8.9) will do instead.'],
    [{ tensorrt: 'new' }, '--tensorrt: new is neither a version (8.6) nor a range (>=10,<11).'],
    [{ package: ['curl'] }, '--package: curl: no Debian package of TensorRT.'],
    [{ near: 'example.com/x/y:1' }, 'nothing is known of the image example.com/x/y:1'],
  ])('%j cannot be read', (wishes, message) => {
    expect(() => run(wishes)).toThrow(expect.objectContaining({ message }));
  });

  it.each<[Partial<SolveArguments>]>([
    [{ tensorrt: '8.6', torch: '2.1+cu118', package: ['libnvinfer-dev'] }],
    [{ tensorrt: '8.6', cuda: '13', gpu: ['V100'], driver: '470' }],
    [{ tensorrt: '8.6.1', family: 'ngc' }],
    [{}],
  ])('prints JSON as its schema says: %j', (wishes) => {
    const schema = JSON.parse(readFileSync('media/schemas/solve-output.schema.json', 'utf8')) as object;
    const { text } = run({ ...wishes, format: 'json' });
    const validate = new Ajv2020({ strict: false }).compile(schema);
    expect(validate(JSON.parse(text)) ? [] : validate.errors).toEqual([]);
  });
});
