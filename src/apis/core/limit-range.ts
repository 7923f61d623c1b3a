import type { ILimitRange } from 'kubernetes-models/v1/LimitRange';
import { builtIn, type Stored } from '../built-in.ts';
import { described } from '../columns.ts';
import { validateLimitRange } from './validation/limit-range.ts';

export type LimitRange = Stored<ILimitRange>;

export const limitRanges = builtIn<LimitRange>('io.k8s.api.core.v1.LimitRange', {
  resource: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  namespaced: true,
  strategy: {
    default({ spec }) {
      for (const item of spec?.limits ?? []) {
        if (item.type !== 'Container') continue;
        item.default = { ...item.max, ...item.default };
        // What is asked for is what may be had at most, or at least, whichever is known.
        item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
        if (Object.keys(item.default).length === 0) delete item.default;
        if (Object.keys(item.defaultRequest).length === 0) delete item.defaultRequest;
      }
    },
    validate: validateLimitRange,
  },
  columns: [
    {
      name: 'Created At',
      type: 'date',
      description: described('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'creationTimestamp'),
      cell: ({ metadata }) => metadata.creationTimestamp ?? '<unknown>',
    },
  ],
});
