import type { IPriorityLevelConfiguration } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/PriorityLevelConfiguration';
import { type FieldError, forbidden, invalid, notSupported, path, required } from '../../meta/field-error.ts';
import { builtIn, type Column, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { inRange, nonNegative } from '../core/validation/checks.ts';

export type PriorityLevelConfiguration = Stored<IPriorityLevelConfiguration>;

const SPEC = 'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationSpec';
const QUEUING = 'io.k8s.api.flowcontrol.v1.QueuingConfiguration';
const AT = path('spec');
const MAX_QUEUES = 10_000_000;

function validate({ metadata, spec }: PriorityLevelConfiguration): FieldError[] {
  const { type = '', limited, exempt } = spec ?? {};
  if (metadata.name === 'exempt' && type !== 'Exempt') {
    return [invalid(AT.child('type'), type, "must be 'Exempt' if `name` is 'exempt'")];
  }
  if (type === 'Exempt') {
    const errors =
      limited === undefined ? [] : [forbidden(AT.child('limited'), 'must be nil if the type is not Limited')];
    return [...errors, ...inRange(AT.child('exempt', 'lendablePercent'), exempt?.lendablePercent, 0, 100)];
  }
  if (type !== 'Limited') return [notSupported(AT.child('type'), type, ['Exempt', 'Limited'])];
  if (exempt !== undefined) return [forbidden(AT.child('exempt'), 'must be nil if the type is Limited')];
  const at = AT.child('limited');
  if (limited === undefined) return [required(at, 'must not be empty when type is Limited')];
  const { limitResponse } = limited;
  const errors = [
    ...nonNegative(at.child('nominalConcurrencyShares'), limited.nominalConcurrencyShares),
    ...inRange(at.child('lendablePercent'), limited.lendablePercent, 0, 100),
  ];
  const inResponse = at.child('limitResponse');
  if (limitResponse?.type === 'Reject') {
    if (limitResponse.queuing === undefined) return errors;
    return [
      ...errors,
      forbidden(inResponse.child('queuing'), 'must be nil if limited.limitResponse.type is not Limited'),
    ];
  }
  if (limitResponse?.type !== 'Queue') {
    return [...errors, notSupported(inResponse.child('type'), limitResponse?.type ?? '', ['Queue', 'Reject'])];
  }
  const { queuing } = limitResponse;
  if (queuing === undefined) {
    return [
      ...errors,
      required(inResponse.child('queuing'), 'must not be empty if limited.limitResponse.type is Limited'),
    ];
  }
  const inQueuing = inResponse.child('queuing');
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = queuing;
  for (const [name, value] of Object.entries({ queueLengthLimit, queues, handSize })) {
    if (value <= 0) errors.push(invalid(inQueuing.child(name), value, 'must be positive'));
  }
  if (queues > MAX_QUEUES)
    errors.push(invalid(inQueuing.child('queues'), queues, `must not be greater than ${MAX_QUEUES}`));
  if (handSize > queues) {
    errors.push(invalid(inQueuing.child('handSize'), handSize, `should not be greater than queues (${queues})`));
  }
  return errors;
}

type Cell = Column<PriorityLevelConfiguration>['cell'];

function queuing(name: string, field: 'queues' | 'handSize' | 'queueLengthLimit'): Column<PriorityLevelConfiguration> {
  const cell: Cell = ({ spec }) => String(spec?.limited?.limitResponse?.queuing?.[field] ?? '<none>');
  return { name, type: 'string', description: described(QUEUING, field), cell };
}

export const priorityLevelConfigurations = builtIn<PriorityLevelConfiguration>(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfiguration',
  {
    resource: 'prioritylevelconfigurations',
    singular: 'prioritylevelconfiguration',
    namespaced: false,
    status: true,
    strategy: { validate, validateStatusUpdate: () => [] },
    columns: [
      { name: 'Type', type: 'string', description: described(SPEC, 'type'), cell: ({ spec }) => spec?.type ?? '' },
      {
        name: 'NominalConcurrencyShares',
        type: 'string',
        description: described(
          'io.k8s.api.flowcontrol.v1.LimitedPriorityLevelConfiguration',
          'nominalConcurrencyShares',
        ),
        cell: ({ spec }) => String(spec?.limited?.nominalConcurrencyShares ?? '<none>'),
      },
      queuing('Queues', 'queues'),
      queuing('HandSize', 'handSize'),
      queuing('QueueLengthLimit', 'queueLengthLimit'),
      age,
    ],
  },
);
