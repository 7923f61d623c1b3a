import type { IFlowSchema } from 'kubernetes-models/flowcontrol.apiserver.k8s.io/v1/FlowSchema';
import { type FieldError, invalid, path } from '../../meta/field-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { optionalOneOf, present } from '../core/validation/checks.ts';
import { validateSubjects } from './subjects.ts';

export type FlowSchema = Stored<IFlowSchema>;

const SPEC = 'io.k8s.api.flowcontrol.v1.FlowSchemaSpec';
const MAX_PRECEDENCE = 10_000;
const AT = path('spec');

function validate({ metadata, spec }: FlowSchema): FieldError[] {
  const {
    matchingPrecedence: precedence = 0,
    priorityLevelConfiguration,
    distinguisherMethod,
    rules = [],
  } = spec ?? {};
  const errors: FieldError[] = [];
  const at = AT.child('matchingPrecedence');
  if (precedence <= 0) errors.push(invalid(at, precedence, 'must be a positive value'));
  if (precedence > MAX_PRECEDENCE) {
    errors.push(invalid(at, precedence, `must not be greater than ${MAX_PRECEDENCE}`));
  }
  if (precedence === 1 && metadata.name !== 'exempt') {
    errors.push(invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
  if (distinguisherMethod !== undefined) {
    errors.push(
      ...optionalOneOf(AT.child('distinguisherMethod', 'type'), distinguisherMethod.type, ['ByNamespace', 'ByUser']),
    );
  }
  errors.push(
    ...present(
      AT.child('priorityLevelConfiguration', 'name'),
      priorityLevelConfiguration?.name,
      'must reference a priority level',
    ),
  );
  return [...errors, ...rules.flatMap((rule, index) => validateSubjects(AT.child('rules').index(index), rule))];
}

export const flowSchemas = builtIn<FlowSchema>('io.k8s.api.flowcontrol.v1.FlowSchema', {
  resource: 'flowschemas',
  singular: 'flowschema',
  namespaced: false,
  status: true,
  strategy: { validate, validateStatusUpdate: () => [] },
  columns: [
    {
      name: 'PriorityLevel',
      type: 'string',
      description: described(SPEC, 'priorityLevelConfiguration'),
      cell: ({ spec }) => spec?.priorityLevelConfiguration?.name ?? '',
    },
    {
      name: 'MatchingPrecedence',
      type: 'string',
      description: described(SPEC, 'matchingPrecedence'),
      cell: ({ spec }) => spec?.matchingPrecedence ?? 0,
    },
    {
      name: 'DistinguisherMethod',
      type: 'string',
      description: described(SPEC, 'distinguisherMethod'),
      cell: ({ spec }) => spec?.distinguisherMethod?.type ?? '<none>',
    },
    age,
    {
      name: 'MissingPL',
      type: 'string',
      description: 'references a broken or non-existent PriorityLevelConfiguration',
      cell: ({ status }) => (status?.conditions ?? []).find(({ type }) => type === 'Dangling')?.status ?? '?',
    },
  ],
});
