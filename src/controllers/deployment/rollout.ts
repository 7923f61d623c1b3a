/** One pass over a Deployment: reads the plans and carries them out, keeping what it wrote for the status at the end. */
import { DEPLOYMENTS, type Deployment, PODS, REPLICA_SETS, type ReplicaSet } from '../../client/resources.ts';
import { semanticEqual } from '../../meta/equal.ts';
import { controllerOf } from '../../meta/object.ts';
import { formatLabelSelector, labelSelectorRequirements } from '../../meta/selectors.ts';
import { isStatus } from '../../meta/status-error.ts';
import { DONE, type ReconcileContext, type Result } from '../../reconcile/contract.ts';
import { isPodFinished } from '../shared/pods.ts';
import { isNamespaceTerminating } from '../shared/status-causes.ts';
import { maxRevision, REVISION, withRevision, withSize } from './annotations.ts';
import { planCleanup } from './cleanup.ts';
import { condition, type DeploymentStatus, hasProgressDeadline, isRollingUpdate, wantedReplicas } from './fields.ts';
import { buildReplicaSet, findNewReplicaSet, sameTemplate } from './new-replica-set.ts';
import { isScaled, newReplicaSetSize, planRecreate, planRollingUpdate, planScaling, type Scale } from './scale.ts';
import {
  countedStatus,
  isComplete,
  pauseCondition,
  rolloutStatus,
  secondsToDeadline,
  withCondition,
} from './status.ts';

export class Rollout {
  private readonly context: ReconcileContext;
  private deployment: Deployment;
  /** Without the new one. */
  private old: ReplicaSet[];
  private newSet: ReplicaSet | undefined;

  constructor(context: ReconcileContext, deployment: Deployment, replicaSets: readonly ReplicaSet[]) {
    this.context = context;
    this.deployment = deployment;
    this.newSet = findNewReplicaSet(deployment, replicaSets);
    this.old = replicaSets.filter((replicaSet) => replicaSet !== this.newSet);
  }

  async run(): Promise<Result> {
    if (this.deployment.metadata.deletionTimestamp !== undefined) {
      await this.adoptRevision();
      return await this.finish(countedStatus);
    }
    const conditions = pauseCondition(this.deployment, this.context.now());
    if (conditions !== undefined) await this.writeStatus({ ...this.deployment.status, conditions });
    if (this.deployment.spec?.paused) {
      await this.adoptRevision();
      await this.scale(planScaling(this.deployment, this.newSet, this.old));
      await this.cleanUp();
      return await this.finish(countedStatus);
    }
    await this.adoptRevision();
    if (isScaled(this.deployment, this.all())) {
      await this.scale(planScaling(this.deployment, this.newSet, this.old));
      return await this.finish(countedStatus);
    }
    const stepped = isRollingUpdate(this.deployment) ? await this.stepRollingUpdate() : await this.stepRecreate();
    if (!stepped && isComplete(this.deployment, this.deployment.status ?? {})) await this.cleanUp();
    return await this.finish(rolloutStatus);
  }

  private all(): ReplicaSet[] {
    return this.newSet === undefined ? this.old : [...this.old, this.newSet];
  }

  private async stepRollingUpdate(): Promise<boolean> {
    if (this.newSet === undefined) {
      await this.createReplicaSet();
      return true;
    }
    return await this.scale(planRollingUpdate(this.deployment, this.newSet, this.old));
  }

  private async stepRecreate(): Promise<boolean> {
    const oldPodsLeft = await this.hasOldPods();
    if (
      this.newSet === undefined &&
      !oldPodsLeft &&
      planRecreate(this.deployment, undefined, this.old, false).length === 0
    ) {
      await this.createReplicaSet();
      return true;
    }
    return await this.scale(planRecreate(this.deployment, this.newSet, this.old, oldPodsLeft));
  }

  /** Pods of old ReplicaSets that may still be running. */
  private async hasOldPods(): Promise<boolean> {
    if (this.old.some((replicaSet) => (replicaSet.status?.replicas ?? 0) > 0)) return true;
    const labelSelector = formatLabelSelector(labelSelectorRequirements(this.deployment.spec?.selector ?? {}));
    const pods = await this.context.client.list(PODS, {
      namespace: this.deployment.metadata.namespace ?? '',
      labelSelector,
    });
    const oldUids = new Set(this.old.map((replicaSet) => replicaSet.metadata.uid));
    return pods.items.some((pod) => !isPodFinished(pod) && oldUids.has(controllerOf(pod)?.uid));
  }

  /** Gives the new ReplicaSet, if there is one, the newest revision, and the Deployment the same. */
  private async adoptRevision(): Promise<void> {
    if (this.newSet === undefined) return;
    const { metadata, spec } = this.newSet;
    const annotations = withRevision(metadata.annotations, this.deployment, maxRevision(this.old) + 1n);
    const minReadySeconds = this.deployment.spec?.minReadySeconds ?? 0;
    if (!semanticEqual(annotations, metadata.annotations) || (spec?.minReadySeconds ?? 0) !== minReadySeconds) {
      const wanted = { ...this.newSet, metadata: { ...metadata, annotations } };
      if (spec !== undefined) wanted.spec = { ...spec, minReadySeconds };
      this.newSet = await this.context.client.update(REPLICA_SETS, wanted);
    }
    await this.noteRevision(annotations[REVISION]);
    if (hasProgressDeadline(this.deployment) && condition(this.deployment.status, 'Progressing') === undefined) {
      await this.noteProgress('True', 'FoundNewReplicaSet', `Found new replica set "${this.newSet.metadata.name}"`);
    }
  }

  private async createReplicaSet(): Promise<void> {
    const { client, events } = this.context;
    const replicas = newReplicaSetSize(this.deployment, this.old, undefined);
    const wanted = buildReplicaSet(this.deployment, maxRevision(this.old) + 1n, replicas);
    const { name = '', annotations } = wanted.metadata;
    let existed = false;
    try {
      this.newSet = await client.create(REPLICA_SETS, wanted);
    } catch (error) {
      if (isNamespaceTerminating(error)) return;
      if (!isStatus(error, 'AlreadyExists')) {
        const message = `Failed to create new replica set "${name}": ${error instanceof Error ? error.message : error}`;
        if (hasProgressDeadline(this.deployment)) await this.noteProgress('False', 'ReplicaSetCreateError', message);
        await events.event(this.deployment, 'Warning', 'ReplicaSetCreateError', message);
        throw error;
      }
      this.newSet = await this.takeOver(name, error);
      existed = true;
    }
    if (!existed && replicas > 0) {
      await this.noteScaled('up', name, 0, replicas);
    }
    await this.noteRevision(annotations?.[REVISION]);
    if (!existed && hasProgressDeadline(this.deployment)) {
      await this.noteProgress('True', 'NewReplicaSetCreated', `Created new replica set "${name}"`);
    }
  }

  /** The name is taken: by our own ReplicaSet of this template, or by another template with the same hash. */
  private async takeOver(name: string, error: unknown): Promise<ReplicaSet> {
    const { metadata, spec, status } = this.deployment;
    const found = await this.context.client.get(REPLICA_SETS, metadata.namespace ?? '', name);
    if (controllerOf(found)?.uid === metadata.uid && sameTemplate(found.spec?.template, spec?.template)) return found;
    await this.writeStatus({ ...status, collisionCount: (status?.collisionCount ?? 0) + 1 });
    throw error;
  }

  /** Carries out a plan. True when a size changed. */
  private async scale(plan: readonly Scale[]): Promise<boolean> {
    let changed = false;
    for (const { replicaSet, replicas } of plan) {
      const before = wantedReplicas(replicaSet);
      const annotations = withSize(replicaSet.metadata.annotations, this.deployment);
      if (before === replicas && semanticEqual(annotations, replicaSet.metadata.annotations)) continue;
      const wanted = { ...replicaSet, metadata: { ...replicaSet.metadata, annotations } };
      if (replicaSet.spec !== undefined) wanted.spec = { ...replicaSet.spec, replicas };
      const scaled = await this.context.client.update(REPLICA_SETS, wanted);
      if (this.newSet === replicaSet) this.newSet = scaled;
      this.old = this.old.map((each) => (each === replicaSet ? scaled : each));
      if (before === replicas) continue;
      changed = true;
      await this.noteScaled(before < replicas ? 'up' : 'down', replicaSet.metadata.name ?? '', before, replicas);
    }
    return changed;
  }

  private async cleanUp(): Promise<void> {
    for (const { metadata } of planCleanup(this.deployment, this.old)) {
      try {
        await this.context.client.delete(REPLICA_SETS, metadata.namespace ?? '', metadata.name ?? '');
      } catch (error) {
        if (!isStatus(error, 'NotFound')) throw error;
      }
    }
  }

  private async noteScaled(direction: 'up' | 'down', name: string, from: number, to: number): Promise<void> {
    const message = `Scaled ${direction} replica set ${name} from ${from} to ${to}`;
    await this.context.events.event(this.deployment, 'Normal', 'ScalingReplicaSet', message);
  }

  private async noteRevision(revision: string | undefined): Promise<void> {
    const { namespace = '', name = '', annotations } = this.deployment.metadata;
    if (revision === undefined || annotations?.[REVISION] === revision) return;
    const patch = { metadata: { annotations: { [REVISION]: revision } } };
    this.deployment = await this.context.client.patch(DEPLOYMENTS, namespace, name, 'merge', patch);
  }

  private async noteProgress(status: string, reason: string, message: string): Promise<void> {
    const wanted = { type: 'Progressing', status, reason, message };
    const conditions = withCondition(this.deployment.status?.conditions, wanted, this.context.now());
    await this.writeStatus({ ...this.deployment.status, conditions });
  }

  private async writeStatus(status: DeploymentStatus): Promise<void> {
    if (semanticEqual(status, this.deployment.status)) return;
    this.deployment = await this.context.client.updateStatus(DEPLOYMENTS, { ...this.deployment, status });
  }

  private async finish(compute: typeof rolloutStatus): Promise<Result> {
    const now = this.context.now();
    const status = compute(this.deployment, this.all(), this.newSet, now);
    await this.writeStatus(status);
    const seconds = secondsToDeadline(this.deployment, status, now);
    return seconds === undefined ? DONE : { outcome: 'after', seconds };
  }
}
