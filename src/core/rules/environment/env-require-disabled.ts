import type { Evidence } from '../../facts/evidence';
import { msg } from '../../l10n/message';
import { UNKNOWN } from '../../text/traced';
import { defineRule } from '../model';
import { findAssignment, targetStage } from '../support/environment';

const REQUIREMENTS: Evidence = {
  fact: msg`NVIDIA_REQUIRE_CUDA of an image names the drivers that it runs with; NVIDIA_DISABLE_REQUIRE turns off all such checks`,
  source: 'https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html',
  checked: '2026-11-20',
};

export const rule = defineRule({
  id: 'env-require-disabled',
  family: 'environment',
  severity: 'information',
  summary: 'The image turns off the check of the driver that comes with its CUDA.',
  messages: {
    disabled: 'NVIDIA_DISABLE_REQUIRE turns off the check of the driver: with one that is too old the container starts, and its programs fail with `CUDA driver version is insufficient for CUDA runtime version`.',
    emptied: 'An empty NVIDIA_REQUIRE_CUDA takes away what the base image asks of the driver: with one that is too old the container starts, and its programs fail with `CUDA driver version is insufficient for CUDA runtime version`.',
  },
  docs: {
    what: '`ENV NVIDIA_DISABLE_REQUIRE` with a value that is true, or an emptied `NVIDIA_REQUIRE_CUDA`.',
    why: 'The CUDA images say in [NVIDIA_REQUIRE_CUDA](https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html) which drivers they run with, and the toolkit holds the host’s driver against it before the container starts. Without the check the failure comes later and says less.',
    instead: 'Leave the check on, and turn it off where a container is started: `docker run -e NVIDIA_DISABLE_REQUIRE=1`. It is right in images that run without CUDA.',
    silent: 'The value is false, or the stage is not the one that is shipped.',
  },
  examples: [
    { kind: 'bad', title: 'turned off', text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_DISABLE_REQUIRE=«1»\n', messageId: 'disabled' },
    { kind: 'bad', title: 'emptied', text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_REQUIRE_CUDA=«""»\n', messageId: 'emptied' },
    { kind: 'good', title: 'left on', text: 'FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04\nENV NVIDIA_DISABLE_REQUIRE=0\n' },
    { kind: 'good', title: 'a requirement of its own', text: 'FROM ubuntu:22.04\nENV NVIDIA_REQUIRE_CUDA="cuda>=12.4"\n' },
  ],
  check({ report, stack }) {
    const stage = targetStage(stack);
    if (stage === undefined) return;
    const disabled = findAssignment(stack, stage, 'NVIDIA_DISABLE_REQUIRE');
    if (disabled !== undefined && /^(?:1|t|true)$/i.test(disabled.value)) report({ messageId: 'disabled', location: disabled.location, evidence: [REQUIREMENTS] });
    const requirement = findAssignment(stack, stage, 'NVIDIA_REQUIRE_CUDA');
    if (requirement !== undefined && requirement.value.trim() === '' && !requirement.value.includes(UNKNOWN)) report({ messageId: 'emptied', location: requirement.location, evidence: [REQUIREMENTS] });
  },
});
