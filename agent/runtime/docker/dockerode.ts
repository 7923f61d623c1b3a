import Dockerode from 'dockerode';

/** A client of the Engine API at a Unix socket. */
export function connectDocker(socketPath: string): Dockerode {
  return new Dockerode({ socketPath });
}

export type { Dockerode };
