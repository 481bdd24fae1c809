// The views over an engine with GPU containers.
import { docker, fakeCudaImage } from '../../engine/index.mjs';

export default {
  file: 'custom-tensorrt/Dockerfile',
  engine: true,
  async prepare({ engine }) {
    const devel = await fakeCudaImage(engine, '12.4.1-cudnn-devel-ubuntu22.04');
    const runtime = await fakeCudaImage(engine, '11.8.0-runtime-ubuntu22.04');
    docker(engine, 'run', '-d', '--name', 'trainer', '--gpus', 'all', '-p', '8888:8888', devel, 'sleep', '10000');
    docker(engine, 'run', '-d', '--name', 'server', '--gpus', 'device=1', runtime, 'sleep', '10000');
    docker(engine, 'run', '-d', '--name', 'without-gpu', devel, 'sleep', '10000');
    docker(engine, 'create', '--name', 'stopped', '--runtime', 'nvidia', runtime, 'true');
  },
  async shoot({ page, command, shoot }) {
    await command('View: Show TensorRT');
    await page.waitForTimeout(3000);
    await shoot('views');
  },
};
