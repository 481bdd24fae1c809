import type { AnySource } from '../source';
import { aptBuildsSource } from './apt-builds';
import { cudaImageContents } from './cuda-image-contents';
import { cudaImages } from './cuda-images';
import { frameworkWheels } from './framework-wheels';
import { ngcImages } from './ngc-images';
import { tensorrtPipVersions } from './tensorrt-pip-versions';

/** Every table that can be read again from a public service. */
export const SOURCES: readonly AnySource[] = [
  cudaImages,
  cudaImageContents,
  ngcImages,
  aptBuildsSource('tensorrt', 40),
  aptBuildsSource('cudnn', 60),
  aptBuildsSource('nccl', 60),
  tensorrtPipVersions,
  ...frameworkWheels,
];
