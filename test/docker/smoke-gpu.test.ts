// The GPU profile, with the stand-in GPU: what reaches the container, and whose fault it is when nothing does.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { docker, fakeCudaImage, startEngine } from '../../src/dev/engine/index.mjs';
import { useEngine } from './engine';
import { buildTestImage, moduleImage, pythonImage } from './images/smoke-images';
import { smokeOn } from './smoke-host';

const engine = useEngine();
/** Of runs of ours: other tests have theirs on this engine. */
const containers = (): string => docker(engine, 'ps', '--all', '--quiet', '--filter', 'label=tensorrt-containers.run');

describe('with a GPU', () => {
  it('names GPU and driver, and holds the driver against CUDA', async () => {
    const image = await fakeCudaImage(engine, '12.4.1-base-ubuntu22.04');
    const { told, record } = await smokeOn(engine.host, image, ['gpu']);
    expect(told['nvidia-smi']).toMatch(/^passed: It sees 2 GPUs: .*GeForce RTX 4090.*; driver 550\.54\.15\.$/);
    expect(told['driver-cuda']).toBe('passed: Driver 550.54.15 serves CUDA 12.4.1.');
    expect(record).toMatchObject({ driver: '550.54.15' });
    expect(record.gpu).toContain('GeForce RTX 4090');
    expect(containers()).toBe('');
  });

  it('gives the GPUs that a smoke file asks for', async () => {
    const { told } = await smokeOn(engine.host, 'busybox', ['gpu'], { yaml: 'gpus: [1]\nskip: [cuda-kernel]\nchecks:\n  - {name: one, run: [nvidia-smi, -L], profile: gpu, matches: "^GPU 0:.*$"}\n' });
    expect(told['nvidia-smi']).toMatch(/^passed: It sees .*, driver/);
    expect(told['own-0']).toMatch(/^passed/);
  });

  it("blames the host where its driver is too old for the image's CUDA", async () => {
    const image = await fakeCudaImage(engine, '13.0.0-base-ubuntu24.04', { env: { NVIDIA_DISABLE_REQUIRE: '1' } });
    const { told } = await smokeOn(engine.host, image, ['gpu']);
    expect(told['driver-cuda']).toMatch(/^blocked: Driver 550\.54\.15 of the host is too old for CUDA 13\.0(\.\d)?: it needs 580/);
  });

  it('blames the host where the runtime itself refuses the image', async () => {
    const image = await fakeCudaImage(engine, '13.0.0-base-ubuntu24.04', { repository: 'refused' });
    const { results } = await smokeOn(engine.host, image, ['gpu']);
    expect(results.map(({ verdict }) => [verdict.state, verdict.knownError])).toEqual(results.map(() => ['blocked', 'nvcli-unsatisfied-cuda']));
    expect(results[0]?.verdict.sentence.data['detail']).toContain('unsatisfied condition: cuda>=13.0');
    expect(containers()).toBe('');
  });

  it('blames the host where there is no such GPU', async () => {
    const { told } = await smokeOn(engine.host, 'busybox', ['gpu'], { yaml: 'gpus: ["7"]\n' });
    expect(told['nvidia-smi']).toMatch(/^blocked: .*unknown device/);
  });

  it('tells a framework that is built without CUDA from a missing GPU', async () => {
    pythonImage(engine);
    const image = moduleImage(engine, 'smoke-gpu:cpu-torch', 'torch', '2.1.0', 'class version:\n    cuda = None');
    const { told } = await smokeOn(engine.host, image, ['gpu']);
    expect(told['torch-device']).toBe('failed: torch: this PyTorch is built without CUDA (torch.version.cuda is None)');
    // The stand-in's libcuda.so.1 is an empty file: no driver, and no fault of the image.
    expect(told['cuda-kernel']).toMatch(/^blocked: No driver reached the container \(.*libcuda\.so\.1.*\)/);
  });

  it('says which part of the driver the image itself leaves out', async () => {
    const image = await fakeCudaImage(engine, '12.4.1-base-ubuntu22.04', { repository: 'compute-only', env: { NVIDIA_DRIVER_CAPABILITIES: 'compute' } });
    const { told } = await smokeOn(engine.host, image, ['gpu']);
    expect(told['nvidia-smi']).toBe('skipped: NVIDIA_DRIVER_CAPABILITIES=compute leaves nvidia-smi out.');
  });
});

describe('without a GPU', () => {
  it('blames the host, and leaves no container behind', async () => {
    const own = await startEngine({ gpu: 'none' });
    try {
      buildTestImage(own, 'smoke:tool', 'FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/busybox\n', { busybox: readFileSync('/bin/busybox') });
      const { told, record } = await smokeOn(own.host, 'smoke:tool', ['static', 'cpu', 'gpu'], { yaml: 'checks:\n  - {name: cpu, run: [busybox, "true"]}\n  - {name: gpu, run: [busybox, "true"], profile: gpu}\n' });
      expect(told['nvidia-smi']).toMatch(/^blocked: The engine has no way to give a container a GPU: .*could not select device driver/);
      expect(told['own-0']).toMatch(/^passed/);
      expect(told['own-1']).toMatch(/^blocked: The engine has no way to give a container a GPU/);
      expect(record.counts.failed).toBe(0);
      expect(docker(own, 'ps', '--all', '--quiet')).toBe('');
    } finally {
      await own.stop();
    }
  });

  it('is told where a container is started without the request', async () => {
    const { told } = await smokeOn(engine.host, 'busybox', ['gpu'], { yaml: 'gpus: none\n' });
    expect(told['nvidia-smi']).toBe('blocked: No nvidia-smi in the container: the container runtime mounted nothing of the driver.');
  });
});
