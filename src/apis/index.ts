/** All kinds that Kedge serves without a CustomResourceDefinition. */
import type { AnsweredKind, BodyKind, ResourceDefinition } from '../apiserver/registry/contract.ts';
import type { SurfaceKinds } from '../apiserver/surface/kinds.ts';
import { bodyKind } from './built-in.ts';
import { definitions } from './definitions.ts';
import { patchTags } from './generated/patch-tags.js';
import { groups } from './groups.ts';
import { complete } from './overlay.ts';

export { definitions } from './definitions.ts';

complete(definitions, patchTags, groups);

export const builtInResources: readonly ResourceDefinition[] = groups.flatMap(({ resources = [] }) => resources);

export const answeredKinds: readonly AnsweredKind[] = groups.flatMap(({ answered = [] }) => answered);

/** Kinds that clients send and nobody stores: reviews, bodies of subresources, and options. */
export const bodyKinds: readonly BodyKind[] = [
  ...answeredKinds,
  ...groups.flatMap(({ bodies = [] }) => bodies.map(bodyKind)),
];

export const builtInKinds: SurfaceKinds = {
  stored: builtInResources,
  answered: answeredKinds,
  bodies: bodyKinds,
  remote: [],
  groupOrder: groups.flatMap(({ group }) => (group === undefined ? [] : [group])),
};
