/** What the API server is made of; wired by the hosts. */
import type { ProtobufDescriptors } from '../../meta/protobuf/descriptors.ts';
import type { AgentLinks, TunnelRelay } from '../../tunnel/contract.ts';
import type { TokenAuthenticator } from '../authn/contract.ts';
import type { Authorizer } from '../authz/contract.ts';
import type { RuleResolver } from '../authz/rbac.ts';
import type { Flow } from '../flow/flow.ts';

import type { Attention, Metrics } from '../metrics/contract.ts';
import type { RegistryDeps } from '../registry/context.ts';
import type { ServiceAccountTokenIssuer } from '../registry/subresources/token.ts';
import type { ApiSurfaces } from '../surface/contract.ts';

/** pino's shape: fields first, then the message. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** One line of /readyz?verbose. `detail` says why a check failed. */
export interface CheckResult {
  name: string;
  ok: boolean;
  detail?: string;
}

/** version.Info as /version shows it. */
export interface VersionInfo {
  major: string;
  minor: string;
  gitVersion: string;
  gitCommit: string;
  gitTreeState: string;
  buildDate: string;
  goVersion: string;
  compiler: string;
  platform: string;
}

/** What relying parties fetch to verify ServiceAccount tokens; public. */
export interface IssuerDiscovery {
  openIdConfiguration(tenant: string): object;
  jwks(tenant: string): Promise<object>;
}

export interface AppDeps extends RegistryDeps {
  surfaces: ApiSurfaces;
  authenticator: TokenAuthenticator;
  authorizer: Authorizer;
  /** Absent: SelfSubjectRulesReview (`kubectl auth can-i --list`) is not served. */
  rules?: RuleResolver;
  /** Absent: nothing of pods and nodes can be reached: logs, exec, port-forward, proxy. */
  tunnel?: TunnelRelay;
  /** Where agents' links end; absent: agents cannot open any. */
  links?: AgentLinks;
  /** Absent: serviceaccounts/token is not served. */
  tokens?: ServiceAccountTokenIssuer;
  /** Absent: /.well-known/openid-configuration and /openid/v1/jwks are not served. */
  issuerDiscovery?: IssuerDiscovery;
  /** Of the kinds that bodies may be in protobuf. Absent: protobuf is refused with 415. */
  protobuf?: ProtobufDescriptors;
  version: VersionInfo;
  /** What must hold for this process to serve. */
  ready(): Promise<CheckResult[]>;
  log: Log;
  /** Longest life of a watch in seconds, for hosts that limit a request's; absent: 30 to 60 minutes. */
  watchSeconds?: number;
  /** What is in hand in this process (or isolate). Absent: the app has its own. */
  flow?: Flow;
  /** Told of the tenant of each request that has one, before it is authorized. */
  onTenant?(tenant: string): void;
  /** Absent: nobody asks whose work keeps the event loop. */
  attention?: Attention;
  /** Absent: /metrics is not served. */
  metrics?: Metrics;
}
