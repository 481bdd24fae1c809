import { nameSource } from '../../../core/facts/evidence';
import { msg } from '../../../core/l10n/message';
import { cudaOfComponents } from '../../../core/scan/components';
import { judgeDriver } from '../../../core/target/judge-driver';
import { findTargetGpu } from '../../../core/target/read';
import { holds } from '../../image';
import { NVIDIA_SMI } from '../../programs';
import type { RunCheck } from '../../model';
import { readStatus, stepOf } from '../../read-step';
import { block, pass, say, skip } from '../../verdict';

const TIMEOUT_MS = 60_000;

/** The driver is new enough for the CUDA of the image. */
export const check: RunCheck = {
  id: 'driver-cuda',
  title: say("The driver serves the image's CUDA"),
  kind: 'gpu',
  applies: ({ scan }) => cudaOfComponents(scan.components) !== undefined,
  plan: () => stepOf('gpu', NVIDIA_SMI, ['--query-gpu=driver_version,name', '--format=csv,noheader'], TIMEOUT_MS),
  read: (result, image) =>
    readStatus(result, image, 'nvidia-smi', (output) => {
      const cuda = cudaOfComponents(image.scan.components)?.version ?? '';
      const rows = Array.from(output.matchAll(/^(\d+(?:\.\d+)+), *(.+)$/gm), ([, driver = '', name = '']) => ({ driver, name: name.trim() }));
      const [first] = rows;
      if (first === undefined) return skip(say('nvidia-smi names no driver.'), { evidence: output.trim() });
      const { driver } = first;
      const gpus = rows.flatMap(({ name }) => findTargetGpu(name.replace(/^NVIDIA /, '')) ?? []);
      const verdict = judgeDriver({ name: 'this host', gpus, driver, platform: undefined, os: undefined }, { cuda, checked: false, compat: holds(image, 'cuda-compat') });
      const data = { driver, cuda, needed: verdict?.needed ?? '' };
      const facts = verdict?.evidence.map((one) => msg`${one.fact} (${nameSource(one)}, checked ${one.checked})`) ?? [];
      if (verdict === undefined) return pass(say('Driver {driver} serves CUDA {cuda}.', data));
      if (verdict.kind === 'partial') {
        return pass(say('Driver {driver} runs CUDA {cuda} by minor-version compatibility.', data), {
          details: [say('Code that the driver has to compile (PTX) needs driver {needed}.', data), ...facts],
        });
      }
      return block(say('Driver {driver} of the host is too old for CUDA {cuda}: it needs {needed}.', data), { details: facts });
    }),
};
