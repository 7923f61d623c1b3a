/** Which ReplicaSet belongs to the Deployment's template, and how one is made. */
import { DEPLOYMENTS, type Deployment, type ReplicaSet } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { controllerReference } from '../shared/claim.ts';
import { templateHash } from '../shared/template-hash.ts';
import { withRevision, withSize } from './annotations.ts';
import { byCreation, HASH_LABEL } from './fields.ts';

type Template = NonNullable<Deployment['spec']>['template'];

/** The oldest ReplicaSet of exactly this template: where several exist every pass must choose the same. */
export function findNewReplicaSet(deployment: Deployment, replicaSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...replicaSets].sort(byCreation).find((replicaSet) => {
    return sameTemplate(replicaSet.spec?.template, deployment.spec?.template);
  });
}

/** Whether two pod templates are equal but for the hash label that this controller adds. */
export function sameTemplate(a: Template | undefined, b: Template | undefined): boolean {
  return semanticEqual(withoutHash(a), withoutHash(b));
}

function withoutHash(template: Template | undefined): unknown {
  const { [HASH_LABEL]: _, ...labels } = template?.metadata?.labels ?? {};
  return { ...template, metadata: { ...template?.metadata, labels } };
}

/** The ReplicaSet of the Deployment's template, of `replicas` pods, as revision `revision`. */
export function buildReplicaSet(deployment: Deployment, revision: bigint, replicas: number): ReplicaSet {
  const template = structuredClone(deployment.spec?.template) as NonNullable<Template>;
  const hash = templateHash(template, deployment.status?.collisionCount ?? 0);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const selector = structuredClone(deployment.spec?.selector ?? {});
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace ?? '',
      labels,
      annotations: withSize(withRevision(undefined, deployment, revision), deployment),
      ownerReferences: [controllerReference(deployment, DEPLOYMENTS)],
    },
    spec: {
      replicas,
      minReadySeconds: deployment.spec?.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
