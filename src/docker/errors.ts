import type { DockerProblem } from './model';

/** Thrown by every function of this folder: one problem of the union, never a bare error of a library. */
export class DockerError extends Error {
  constructor(
    readonly problem: DockerProblem,
    options?: ErrorOptions,
  ) {
    super('detail' in problem ? `${problem.kind}: ${problem.detail}` : problem.kind, options);
    this.name = 'DockerError';
  }
}
