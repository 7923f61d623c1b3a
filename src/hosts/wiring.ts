/** Composes the control plane from its parts, the same way on every host. What differs comes in as Foundation. */
import type { Hono } from 'hono';
import { protobufDescriptors } from '../apis/generated/protobuf.js';
import { builtInKinds } from '../apis/index.ts';
import { attended } from '../apiserver/admission/attended.ts';
import { certificateApproval, certificateSigning } from '../apiserver/admission/certificates.ts';
import { createAdmissionChain } from '../apiserver/admission/chain.ts';
import { rbacEscalationCheck } from '../apiserver/admission/escalation.ts';
import { defaultAdmissionPlugins } from '../apiserver/admission/index.ts';
import { resourceQuota } from '../apiserver/admission/resource-quota.ts';
import { createApp } from '../apiserver/app.ts';
import { bootstrapTokenAuthenticator } from '../apiserver/authn/bootstrap-token.ts';
import { cachedAuthenticator, createTokenCache, type TokenCache } from '../apiserver/authn/cached.ts';
import type { TokenAuthenticator } from '../apiserver/authn/contract.ts';
import { issuerDiscovery } from '../apiserver/authn/discovery.ts';
import { serviceAccountTokenIssuer } from '../apiserver/authn/issuer.ts';
import { issuersAt } from '../apiserver/authn/issuers.ts';
import { personalTokenAuthenticator } from '../apiserver/authn/personal-token.ts';
import { type KeyCipher, postgresSigningKeys } from '../apiserver/authn/postgres/signing-keys.ts';
import { secretTokenAuthenticator, secretTokenIssuer } from '../apiserver/authn/secret-token.ts';
import { serviceAccountAuthenticator } from '../apiserver/authn/service-account.ts';
import { unionAuthenticator } from '../apiserver/authn/union.ts';
import type { Authorizer } from '../apiserver/authz/contract.ts';
import { mastersAuthorizer } from '../apiserver/authz/masters.ts';
import { nodeAuthorizer } from '../apiserver/authz/node.ts';
import { createNodeReferencesCache, type NodeReferencesCache } from '../apiserver/authz/node-references.ts';
import { reconcileBootstrapPolicy } from '../apiserver/authz/policy/reconcile.ts';
import { createRbacCache, type RbacAuthorizer, type RbacCache, rbacAuthorizer } from '../apiserver/authz/rbac.ts';
import { unionAuthorizer } from '../apiserver/authz/union.ts';
import type { Flow } from '../apiserver/flow/flow.ts';
import type { CheckResult, Log } from '../apiserver/handlers/deps.ts';
import { createLocalClients, LOOPBACK } from '../apiserver/loopback/clients.ts';
import type { Attention, Metrics } from '../apiserver/metrics/contract.ts';
import type { ClusterSettings } from '../apiserver/registry/contract.ts';
import type { ChangeFeed, Store } from '../apiserver/storage/contract.ts';
import { createSignsOfLife } from '../apiserver/storage/postgres/index.ts';
import { type CustomKindsState, createCustomKindsState, customKinds } from '../apiserver/surface/custom.ts';
import { createSurfaceCache, type SurfaceCache, surfacesFrom } from '../apiserver/surface/surfaces.ts';
import type { Client } from '../client/contract.ts';
import { allControllers } from '../controllers/index.ts';
import type { KubernetesServiceOptions } from '../controllers/kubernetes-service/index.ts';
import type { Database } from '../db/connection.ts';
import { createRunner, type Runner } from '../reconcile/runner.ts';
import { type ClusterCache, createClusterCache } from '../scheduler/clusters.ts';
import { createScheduler } from '../scheduler/scheduler.ts';
import { ensureDefaultServiceCIDR, ensureSystemNamespaces, ensureSystemPriorityClasses } from '../tenancy/bootstrap.ts';
import { lookupToken } from '../tenancy/postgres/tokens.ts';
import type { AgentLinks, TunnelRelay } from '../tunnel/contract.ts';
import { customKindsReader, tellingOfDefinitions } from './custom-kinds.ts';
import { createTenantDirectory } from './tenant-directory.ts';
import { VERSION } from './version.ts';

/** Plain data that may outlive a control plane, where each request wires one. */
export interface Caches {
  tokens: TokenCache;
  rbac: RbacCache;
  nodes: NodeReferencesCache;
  clusters: ClusterCache;
  surfaces: SurfaceCache;
  customKinds: CustomKindsState;
}

export function createCaches(): Caches {
  return {
    tokens: createTokenCache(),
    rbac: createRbacCache(),
    nodes: createNodeReferencesCache(),
    clusters: createClusterCache(),
    surfaces: createSurfaceCache({ builtIn: builtInKinds, gitVersion: VERSION.gitVersion }),
    customKinds: createCustomKindsState(),
  };
}

export interface Foundation {
  db: Database;
  /** For look-ups of a row that every request waits for. Default: `db`. */
  light?: Database;
  store: Store;
  feed: ChangeFeed;
  clusterSettings(tenant: string): Promise<ClusterSettings>;
  /** The API's public URL: issuer of ServiceAccount tokens. */
  externalUrl: string;
  /** PEM that clients in pods should trust; '' where the edge has a public CA. */
  caBundle: string;
  /** Where the API is reached, published in every cluster as the Service `kubernetes`; absent: nothing is. */
  apiEndpoints?: Pick<KubernetesServiceOptions, 'endpoints'>;
  /** Seals what must not lie in the database in the clear. */
  cipher: KeyCipher;
  tunnel: TunnelRelay | undefined;
  /** Where agents' links end; absent: agents cannot open any. */
  links?: AgentLinks;
  /** Longest life of a ServiceAccount token; absent: a year. */
  maxTokenSeconds?: number | undefined;
  /** Absent: the control plane has its own. */
  caches?: Caches;
  /** What is in hand in this process or isolate. Absent: the control plane has its own. */
  flow?: Flow;
  /** Longest life of a watch, for hosts that limit a request's; absent: as upstream. */
  watchSeconds: number | undefined;
  log: Log;
  /** Told of the tenant of each request that has one. */
  onTenant?(tenant: string): void;
  /** Absent where a process does not outlive its requests. */
  metrics?: Metrics;
  /** Absent where a process does not outlive its requests. */
  attention?: Attention;
  ready(): Promise<CheckResult[]>;
}

export interface ControlPlane {
  app: Hono;
  runner: Runner;
  authenticator: TokenAuthenticator;
  authorizer: Authorizer;
  rbac: RbacAuthorizer;
  /** Kedge's own client of a tenant. */
  client(tenant: string): Client;
  /** Makes the system namespaces and upstream's default roles where they are missing. */
  bootstrap(tenant: string): Promise<void>;
}

export function createControlPlane(foundation: Foundation): ControlPlane {
  const { db, feed, log } = foundation;
  const now = () => new Date();
  const client = (tenant: string): Client => clients.as(tenant, LOOPBACK);

  const issuers = issuersAt(foundation.externalUrl);
  const keys = postgresSigningKeys(db, { cipher: foundation.cipher });
  const caches = foundation.caches ?? createCaches();
  const kinds = customKinds(
    caches.customKinds,
    customKindsReader(foundation.light ?? db, foundation.store, foundation.caches === undefined),
  );
  const store = tellingOfDefinitions(foundation.store, kinds.changed);
  const apiAudiences = (tenant: string) => [issuers.of(tenant)];
  const authenticator = cachedAuthenticator(
    unionAuthenticator([
      personalTokenAuthenticator((token) => lookupToken(foundation.light ?? db, token), apiAudiences),
      serviceAccountAuthenticator({ keys, issuers, reader: client }),
      secretTokenAuthenticator({ keys, reader: client, apiAudiences }),
      bootstrapTokenAuthenticator({ reader: client, apiAudiences }),
    ]),
    { cache: caches.tokens },
  );
  const rbac = rbacAuthorizer({ reader: client, cache: caches.rbac });
  const authorizer = unionAuthorizer([
    mastersAuthorizer,
    nodeAuthorizer({ reader: client, cache: caches.nodes }),
    rbac,
  ]);

  const registry = {
    store,
    feed,
    surfaces: surfacesFrom(caches.surfaces, kinds),
    admission: attended(
      createAdmissionChain([
        ...defaultAdmissionPlugins({ readerOf: client, mountTokens: true }),
        certificateApproval(authorizer),
        certificateSigning(authorizer),
        rbacEscalationCheck(authorizer, rbac),
        // Last, as it charges: whoever refuses after it would leave a charge for nothing.
        resourceQuota({ clientOf: client }),
      ]),
      foundation.attention,
    ),
    clusterSettings: foundation.clusterSettings,
    now,
  };
  const clients = createLocalClients(registry);

  const app = createApp({
    ...registry,
    authenticator,
    authorizer,
    rules: rbac,
    ...(foundation.tunnel === undefined ? {} : { tunnel: foundation.tunnel }),
    ...(foundation.links === undefined ? {} : { links: foundation.links }),
    tokens: serviceAccountTokenIssuer({
      keys,
      issuers,
      reader: client,
      ...(foundation.maxTokenSeconds === undefined ? {} : { maxSeconds: foundation.maxTokenSeconds }),
    }),
    issuerDiscovery: issuerDiscovery(issuers, keys),
    // None where kubectl was not installed to derive them from.
    ...(Object.keys(protobufDescriptors.kinds).length === 0 ? {} : { protobuf: protobufDescriptors }),
    version: {
      ...VERSION,
      gitCommit: '',
      gitTreeState: 'clean',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: '',
      compiler: '',
      platform: 'linux/amd64',
    },
    ready: foundation.ready,
    log,
    ...(foundation.onTenant === undefined ? {} : { onTenant: foundation.onTenant }),
    ...(foundation.flow === undefined ? {} : { flow: foundation.flow }),
    ...(foundation.metrics === undefined ? {} : { metrics: foundation.metrics }),
    ...(foundation.attention === undefined ? {} : { attention: foundation.attention }),
    ...(foundation.watchSeconds === undefined ? {} : { watchSeconds: foundation.watchSeconds }),
  });
  async function bootstrap(tenant: string): Promise<void> {
    await ensureSystemNamespaces(client(tenant));
    await reconcileBootstrapPolicy(client(tenant));
    await ensureSystemPriorityClasses(client(tenant));
    await ensureDefaultServiceCIDR(client(tenant), (await foundation.clusterSettings(tenant)).serviceCIDR);
  }

  const runner = createRunner({
    db,
    store,
    feed,
    controllers: [
      ...allControllers({
        caBundle: foundation.caBundle,
        tenants: createTenantDirectory(db, bootstrap),
        issueSecretToken: secretTokenIssuer(keys),
        nodeSilence: createSignsOfLife(db).silence,
        ...(foundation.apiEndpoints === undefined
          ? {}
          : {
              kubernetesService: {
                ...foundation.apiEndpoints,
                serviceCIDR: async (tenant) => (await foundation.clusterSettings(tenant)).serviceCIDR,
              },
            }),
      }),
      createScheduler(caches.clusters),
    ],
    clients,
    log: {
      error: (message, fields) => log.error(fields, message),
      warn: (message, fields) => log.warn(fields, message),
    },
  });

  return { app, runner, authenticator, authorizer, rbac, client, bootstrap };
}
