import { variableOf, promises } from '../../image';
import { NVIDIA_SMI } from '../../programs';
import type { RunCheck } from '../../model';
import { readEnding, readStatus, stepOf } from '../../read-step';
import { block, pass, say, skip } from '../../verdict';

const TIMEOUT_MS = 60_000;

/** A GPU reaches the container: its name, driver and memory. */
export const check: RunCheck = {
  id: 'nvidia-smi',
  title: say('nvidia-smi sees a GPU'),
  kind: 'gpu',
  applies: () => true,
  plan: () => stepOf('gpu', NVIDIA_SMI, ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'], TIMEOUT_MS),
  read(result, image) {
    if (readEnding(result, image, 'nvidia-smi')?.state === 'skipped') {
      const capabilities = variableOf(image, 'NVIDIA_DRIVER_CAPABILITIES') ?? '';
      if (!promises(image, 'utility')) return skip(say('NVIDIA_DRIVER_CAPABILITIES={capabilities} leaves nvidia-smi out.', { capabilities }));
      return block(say('No nvidia-smi in the container: the container runtime mounted nothing of the driver.'), { knownError: 'smi-not-found-device' });
    }
    return readStatus(result, image, 'nvidia-smi', (output) => {
      const rows = output.split(/\r?\n/).flatMap((line) => {
        const [name, driver, memory] = line.split(',').map((cell) => cell.trim());
        return name === undefined || driver === undefined || memory === undefined || !/^\d/.test(driver) ? [] : [{ name, driver, memory }];
      });
      const [first] = rows;
      if (first === undefined) return block(say('No GPU reached the container: nvidia-smi lists none.'), { evidence: output.trim() });
      const names = rows.map(({ name }) => name).join(', ');
      return pass(rows.length === 1 ? say('It sees {names}, driver {driver}.', { names, driver: first.driver }) : say('It sees {count} GPUs: {names}; driver {driver}.', { count: String(rows.length), names, driver: first.driver }), {
        evidence: output.trim(),
        measured: { gpu: names, driver: first.driver },
      });
    });
  },
};
