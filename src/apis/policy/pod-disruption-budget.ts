import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validatePodDisruptionBudget, validatePodDisruptionBudgetStatus } from './validation/pod-disruption-budget.ts';

export type PodDisruptionBudget = Stored<IPodDisruptionBudget>;

const SPEC = 'io.k8s.api.policy.v1.PodDisruptionBudgetSpec';

export const podDisruptionBudgets = builtIn<PodDisruptionBudget>('io.k8s.api.policy.v1.PodDisruptionBudget', {
  resource: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  shortNames: ['pdb'],
  namespaced: true,
  status: true,
  strategy: {
    validate: validatePodDisruptionBudget,
    validateStatusUpdate: validatePodDisruptionBudgetStatus,
  },
  columns: [
    {
      name: 'Min Available',
      type: 'string',
      description: described(SPEC, 'minAvailable'),
      cell: ({ spec }) => String(spec?.minAvailable ?? 'N/A'),
    },
    {
      name: 'Max Unavailable',
      type: 'string',
      description: described(SPEC, 'maxUnavailable'),
      cell: ({ spec }) => String(spec?.maxUnavailable ?? 'N/A'),
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      description: 'Calculated number of pods that may be disrupted at this time.',
      cell: ({ status }) => status?.disruptionsAllowed ?? 0,
    },
    age,
  ],
});
