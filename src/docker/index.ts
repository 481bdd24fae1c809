// All that talks to Docker.
export * from './actions';
export { connect, disconnect, readEngineInfo, type Engine } from './connect';
export { listAddresses, type ExtraAddress } from './contexts';
export { inspectContainer, inspectImage, inspectRaw } from './details';
export { DockerError, refusal } from './errors';
export { listContainers, listImages } from './inventory';
export type * from './model';
export { runContainer, sweepRuns, type RunControl, type RunOutcome, type RunSpec } from './run';
export type { StreamName, TransferProgress } from './streams';
export { scanImage } from './scan';
export { withImageFiles, type ImageFiles, type ReadingCost } from './image-files';
