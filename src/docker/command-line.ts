import type { EngineAddress } from './model';

/** How the docker command line is started so that it talks to one engine. */
export interface DockerCommand {
  readonly program: string;
  /** Its whole environment. */
  readonly env: NodeJS.ProcessEnv;
  /** What of it differs from this process's environment; null is a variable that must not be there. For a terminal. */
  readonly changes: Readonly<Record<string, string | null>>;
}

/**
 * The docker command line for an engine. A context is named as such, so that its builders and certificates are used too;
 * another address goes into DOCKER_HOST. `dockerPath` is the program, `docker` from PATH by default.
 */
export function dockerCommand(address: EngineAddress, dockerPath = 'docker', env: NodeJS.ProcessEnv = process.env): DockerCommand {
  const changes = readChanges(address);
  const whole = { ...env };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete whole[name];
    else whole[name] = value;
  }
  return { program: dockerPath, env: whole, changes };
}

function readChanges({ name, from, url, certificates, skipVerification }: EngineAddress): Readonly<Record<string, string | null>> {
  switch (from) {
    case 'environment':
      return {};
    case 'context':
      // DOCKER_HOST would win over it.
      return { DOCKER_CONTEXT: name, DOCKER_HOST: null };
    case 'setting':
    case 'socket':
      return {
        DOCKER_HOST: url,
        DOCKER_CONTEXT: null,
        DOCKER_CERT_PATH: certificates,
        DOCKER_TLS_VERIFY: certificates !== null && skipVerification !== true ? '1' : null,
        DOCKER_TLS: certificates !== null && skipVerification === true ? '1' : null,
      };
  }
}
