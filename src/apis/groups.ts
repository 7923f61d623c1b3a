/** All groups that Kedge serves without a CustomResourceDefinition. */
import { admissionregistration } from './admissionregistration/index.ts';
import { apiextensions } from './apiextensions/index.ts';
import { apps } from './apps/index.ts';
import { authentication } from './authentication/index.ts';
import { authorization } from './authorization/index.ts';
import { autoscaling } from './autoscaling/index.ts';
import { batch } from './batch/index.ts';
import { certificates } from './certificates/index.ts';
import { coordination } from './coordination/index.ts';
import { core } from './core/index.ts';
import { discovery } from './discovery/index.ts';
import { events } from './events/index.ts';
import { flowcontrol } from './flowcontrol/index.ts';
import type { BuiltInGroup } from './group.ts';
import { meta } from './meta/index.ts';
import { networking } from './networking/index.ts';
import { node } from './node/index.ts';
import { policy } from './policy/index.ts';
import { rbac } from './rbac/index.ts';
import { resource } from './resource/index.ts';
import { scheduling } from './scheduling/index.ts';
import { storage } from './storage/index.ts';

/**
 * In the order of upstream's priorities, which decides what a short name such as `events` means first and how discovery
 * lists them: core, apiregistration, apps, events, authentication, authorization, autoscaling, batch, certificates,
 * networking, policy, rbac, storage, admissionregistration, apiextensions, scheduling, coordination, node, discovery,
 * resource, flowcontrol. Groups that are not built in follow by name.
 */
export const groups: readonly BuiltInGroup[] = [
  core,
  apps,
  events,
  authentication,
  authorization,
  autoscaling,
  batch,
  certificates,
  networking,
  policy,
  rbac,
  storage,
  admissionregistration,
  apiextensions,
  scheduling,
  coordination,
  node,
  discovery,
  resource,
  flowcontrol,
  meta,
];
