/**
 * Loads dockerode without its BuildKit (gRPC) and SSH clients, which it requires at import and which nothing here can
 * reach: 12 MB of the agent's 80 MB.
 */
import { createRequire, registerHooks } from 'node:module';
import type Dockerode from 'dockerode';

const UNUSED = /^(ssh2|@grpc\/.*|protobufjs)$/;

const hooks = registerHooks({
  resolve: (specifier, context, next) => next(UNUSED.test(specifier) ? 'node:util' : specifier, context),
});
const loaded = createRequire(import.meta.url)('dockerode') as new (options: Dockerode.DockerOptions) => Dockerode;
hooks.deregister();

/** A client of the Engine API at a Unix socket. */
export function connectDocker(socketPath: string): Dockerode {
  return new loaded({ socketPath });
}

export type { Dockerode };
