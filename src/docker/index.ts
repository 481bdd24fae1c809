// All that talks to Docker.
export * from './actions';
export type { ContainerFile } from './archives';
export { dockerCommand, type DockerCommand } from './command-line';
export { connect, disconnect, readEngineInfo, type Engine } from './connect';
export { listAddresses, type ExtraAddress } from './contexts';
export { readCredentials, type RegistryCredentials } from './credentials';
export { inspectContainer, inspectImage, inspectRaw } from './details';
export { DockerError, refusal } from './errors';
export { execIn, type ExecOptions, type ExecOutcome } from './exec';
export { readGpuUsage, type GpuLoad, type GpuUsage } from './gpu-usage';
export { listContainers, listImages } from './inventory';
export { followLogs, type LogOptions } from './logs';
export type * from './model';
export { registryOf, splitReference } from './references';
export { runContainer, sweepRuns, type RunControl, type RunOutcome, type RunSpec } from './run';
export type { StreamName, TransferProgress } from './streams';
export { watchEngine, type EngineWatch, type WatchChange, type WatchState } from './watch';
