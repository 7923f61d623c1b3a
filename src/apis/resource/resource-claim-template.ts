import type { IResourceClaimTemplate } from 'kubernetes-models/resource.k8s.io/v1/ResourceClaimTemplate';
import { semanticEqual } from '../../meta/equal.ts';
import { invalid, path } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { IMMUTABLE } from '../core/validation/checks.ts';
import { defaultRequests, validateRequests } from './device-requests.ts';

export type ResourceClaimTemplate = Stored<IResourceClaimTemplate>;

export const resourceClaimTemplates = builtIn<ResourceClaimTemplate>('io.k8s.api.resource.v1.ResourceClaimTemplate', {
  resource: 'resourceclaimtemplates',
  singular: 'resourceclaimtemplate',
  namespaced: true,
  strategy: {
    default: ({ spec }) => defaultRequests(spec?.spec?.devices),
    validate: ({ spec }) => validateRequests(path('spec').child('spec', 'devices'), spec?.spec?.devices),
    validateUpdate: ({ spec }, old) => (semanticEqual(spec, old.spec) ? [] : [invalid(path('spec'), spec, IMMUTABLE)]),
  },
});
