import { frameworksChecked, torchComputeCapabilities } from '../../../core/facts/frameworks';
import type { SmokeImage, StaticCheck } from '../../model';
import { pass, say, skip } from '../../verdict';

/** For which GPUs the image's PyTorch has code. Its wheels are known; of other binaries it cannot be read without running them. */
export const check: StaticCheck = {
  id: 'compute-capabilities',
  title: say('Compute capabilities'),
  kind: 'static',
  applies: (image) => torchOf(image) !== undefined,
  judge(image) {
    const torch = torchOf(image);
    const capabilities = torch === undefined || torch.cuda === null ? undefined : torchComputeCapabilities(torch.version, torch.cuda);
    if (torch === undefined || capabilities === undefined) return skip(say('For which GPUs this PyTorch has code is not known; the CPU profile asks it.'));
    return pass(say('PyTorch {version} for CUDA {cuda} has code for compute capability {capabilities}.', { version: torch.version, cuda: torch.cuda ?? '', capabilities: capabilities.join(', ') }), {
      evidence: `torch-architectures (${frameworksChecked()})`,
    });
  },
};

/** The table knows the wheels for x86-64. */
function torchOf({ scan, architecture }: SmokeImage): { readonly version: string; readonly cuda: string | null } | undefined {
  return architecture === 'amd64' ? scan.components.find(({ kind, via }) => kind === 'torch' && via === 'pip') : undefined;
}
