import type { IMutatingWebhookConfiguration } from 'kubernetes-models/admissionregistration.k8s.io/v1/MutatingWebhookConfiguration';
import type { IValidatingWebhookConfiguration } from 'kubernetes-models/admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { validateWebhooks } from './validation/webhook.ts';

export type MutatingWebhookConfiguration = Stored<IMutatingWebhookConfiguration>;
export type ValidatingWebhookConfiguration = Stored<IValidatingWebhookConfiguration>;

/** What is kept and not called must not look as if it protected anything. */
const NOT_CALLED = 'this cluster stores webhook configurations and does not call them yet';

const shared = {
  namespaced: false,
  categories: ['api-extensions'],
} as const;

const webhooks = (description: string) => ({
  name: 'Webhooks',
  type: 'integer' as const,
  description,
  cell: (object: { webhooks?: readonly unknown[] }) => object.webhooks?.length ?? 0,
});
const DESCRIPTION = 'Webhooks indicates the number of webhooks registered in this configuration';

export const mutatingWebhookConfigurations = builtIn<MutatingWebhookConfiguration>(
  'io.k8s.api.admissionregistration.v1.MutatingWebhookConfiguration',
  {
    ...shared,
    resource: 'mutatingwebhookconfigurations',
    singular: 'mutatingwebhookconfiguration',
    strategy: {
      generation: true,
      validate: (given) => validateWebhooks(given.webhooks ?? []),
      warnings: () => [NOT_CALLED],
    },
    columns: [webhooks(DESCRIPTION), age],
  },
);

export const validatingWebhookConfigurations = builtIn<ValidatingWebhookConfiguration>(
  'io.k8s.api.admissionregistration.v1.ValidatingWebhookConfiguration',
  {
    ...shared,
    resource: 'validatingwebhookconfigurations',
    singular: 'validatingwebhookconfiguration',
    strategy: {
      generation: true,
      validate: (given) => validateWebhooks(given.webhooks ?? []),
      warnings: () => [NOT_CALLED],
    },
    columns: [webhooks(DESCRIPTION), age],
  },
);
