/** What `kedge up` and the process of the control plane tell each other, over Node's channel between them. */
import type { DataDir } from '../data-dir.ts';

/** The first message. Not arguments: every user of the machine could read keys and passwords there. */
export interface ControlPlaneOptions {
  data: DataDir;
  databaseUrl: string;
  connections: number;
  listen: { host: string; port: number };
  advertiseAddress: string | undefined;
  externalUrl: string;
  /** As KEDGE_ENCRYPTION_KEYS. */
  encryptionKeys: string;
  serviceCIDR: string;
  clusterCIDR: string;
  logLevel: string;
  /** As KEDGE_SERVICE_ACCOUNT_MAX_TOKEN_EXPIRATION. */
  maxTokenSeconds: number | undefined;
}

/** What may be asked of it once it serves. */
export type Call =
  /** Writes a kubeconfig for the agent of that node. */
  | { name: 'admit'; nodeName: string }
  /** Answers when the node is Ready, or why it is not. */
  | { name: 'waitForNode'; nodeName: string; milliseconds: number };

export type Request = { id: number } & Call;

export type Report =
  | { type: 'waiting'; message: string }
  | { type: 'ready'; port: number; server: string }
  /** It cannot start, and ends; another try would not help. */
  | { type: 'failed'; message: string }
  | { type: 'answer'; id: number; error?: string };
