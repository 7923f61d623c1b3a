/** The files of one cluster, all below its data folder. */
import path from 'node:path';

export interface DataDir {
  root: string;
  kubeconfig: string;
  cluster: string;
  lock: string;
  controlPlanePid: string;
  controlPlaneLog: string;
  pki: string;
  encryptionKey: string;
  postgres: string;
  postgresLog: string;
  postgresPassword: string;
  agent: string;
  agentKubeconfig: string;
  agentPid: string;
  agentLog: string;
  bin: string;
}

export const DEFAULT_DATA_DIR = '.kedge';

/** Names only; nothing is created. */
export function dataDirAt(folder: string): DataDir {
  const root = path.resolve(folder);
  const at = (...names: string[]) => path.join(root, ...names);
  return {
    root,
    kubeconfig: at('kubeconfig'),
    cluster: at('cluster.json'),
    lock: at('up.pid'),
    controlPlanePid: at('control-plane.pid'),
    controlPlaneLog: at('control-plane.log'),
    pki: at('pki'),
    encryptionKey: at('encryption.key'),
    postgres: at('postgres'),
    postgresLog: at('postgres.log'),
    postgresPassword: at('postgres.password'),
    agent: at('agent'),
    agentKubeconfig: at('agent', 'kubeconfig'),
    agentPid: at('agent', 'pid'),
    agentLog: at('agent.log'),
    bin: at('bin'),
  };
}
