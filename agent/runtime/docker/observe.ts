/** Containers as Docker inspects them, in the runtime contract's terms. */
import type { ContainerInspectInfo } from 'dockerode';
import type { ObservedContainer } from '../contract.ts';
import type { Dockerode } from './dockerode.ts';
import { engine, unless } from './errors.ts';
import { CLUSTER_LABEL, identityOf, POD_UID_LABEL } from './labels.ts';
import { networkName } from './network.ts';

const NEVER = '0001-01-01T00:00:00Z';

/** Newest attempt first. */
export async function listContainers(
  docker: Dockerode,
  cluster: string,
  podUid?: string,
): Promise<ObservedContainer[]> {
  const label = [`${CLUSTER_LABEL}=${cluster}`, ...(podUid === undefined ? [] : [`${POD_UID_LABEL}=${podUid}`])];
  const found = await engine(() => docker.listContainers({ all: true, filters: { label } }));
  const inspected = await Promise.all(
    // One may be gone, or (409) going, since the list.
    found.map(({ Id }) => unless<ContainerInspectInfo>([404, 409], () => docker.getContainer(Id).inspect())),
  );
  return inspected
    .filter((info) => info !== undefined)
    .map((info) => observe(cluster, info))
    .sort((a, b) => b.attempt - a.attempt || b.createdAt.localeCompare(a.createdAt));
}

/** Pure. */
export function observe(cluster: string, info: ContainerInspectInfo): ObservedContainer {
  const { State: state } = info;
  const ip = info.NetworkSettings?.Networks?.[networkName(cluster)]?.IPAddress;
  const joined = /^container:(.+)$/.exec(info.HostConfig.NetworkMode ?? '')?.[1];
  // A start that failed leaves the container created, with the error and a made-up exit code.
  const failed = state.Status === 'created' && state.Error !== '';
  return {
    ...identityOf(info.Config.Labels),
    id: info.Id,
    state: failed ? 'exited' : stateOf(state.Status),
    createdAt: info.Created,
    ...(state.StartedAt === NEVER ? {} : { startedAt: state.StartedAt }),
    ...(state.FinishedAt === NEVER ? {} : { finishedAt: state.FinishedAt }),
    ...(state.Status === 'exited' || state.Status === 'dead' || failed ? { exitCode: state.ExitCode } : {}),
    oomKilled: state.OOMKilled,
    ...(state.Error === '' ? {} : { startError: state.Error }),
    image: info.Config.Image,
    imageId: `docker://${info.Image}`,
    ...(joined === undefined ? {} : { sandboxId: joined }),
    ...(ip ? { ip } : {}),
  };
}

function stateOf(status: string): ObservedContainer['state'] {
  if (status === 'created' || status === 'running' || status === 'exited') return status;
  // A container that Docker could not remove wholly; it never runs again.
  return status === 'dead' ? 'exited' : 'unknown';
}
