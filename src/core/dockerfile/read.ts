import type { Dockerfile } from './model';

/** Why a text is no Dockerfile. */
export interface DockerfileProblem {
  readonly file: string;
  /** A NUL in the text; more than 8 MB; no instruction that Docker knows. */
  readonly problem: 'binary' | 'too-large' | 'no-instruction';
}

/** Reads a Dockerfile as BuildKit does. */
export function readDockerfile(text: string, file: string): Dockerfile | DockerfileProblem {
  return { file, problem: text === '' ? 'no-instruction' : 'binary' };
}
