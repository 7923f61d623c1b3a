import type { ImageInspectInfo } from 'dockerode';
import type { ImageInfo, RegistryCredentials } from '../contract.ts';
import type { Dockerode } from './dockerode.ts';
import { engine, unless } from './errors.ts';
import { PAUSE_IMAGE, pauseArchive } from './pause-image.ts';

export async function findImage(docker: Dockerode, image: string): Promise<ImageInfo | undefined> {
  // 400: a reference that cannot be parsed names no image; pulling it tells why.
  const found = await unless<ImageInspectInfo>([400, 404], () => docker.getImage(image).inspect());
  return found === undefined ? undefined : { id: found.Id, user: found.Config?.User ?? '', size: found.Size };
}

export async function pullImage(
  docker: Dockerode,
  image: string,
  credentials: RegistryCredentials | undefined,
  signal: AbortSignal,
): Promise<void> {
  const stream = await engine(() =>
    docker.pull(withTag(image), {
      abortSignal: signal,
      ...(credentials === undefined ? {} : { authconfig: credentials }),
    }),
  );
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}

/** Without a tag the Engine API would pull every tag of the repository. */
export function withTag(image: string): string {
  if (image.includes('@')) return image;
  return image.lastIndexOf(':') > image.lastIndexOf('/') ? image : `${image}:latest`;
}

/** Makes the image of sandboxes when the machine does not have it. */
export async function ensurePauseImage(docker: Dockerode): Promise<void> {
  if ((await findImage(docker, PAUSE_IMAGE)) !== undefined) return;
  const [repo, tag] = PAUSE_IMAGE.split(':');
  const { Architecture } = await engine(() => docker.info());
  const architecture = /^(aarch64|arm64)$/.test(Architecture) ? 'arm64' : 'x64';
  const options = { repo, tag, changes: ['ENTRYPOINT ["/pause"]', 'USER 65535:65535'] };
  const stream = await engine(() => docker.importImage(pauseArchive(architecture), options));
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
}
