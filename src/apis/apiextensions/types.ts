import type { ICustomResourceDefinition } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinition';
import type { Stored } from '../built-in.ts';

export type CustomResourceDefinition = Stored<ICustomResourceDefinition>;
export type CustomResourceVersion = CustomResourceDefinition['spec']['versions'][number];
export type SchemaProps = NonNullable<NonNullable<CustomResourceVersion['schema']>['openAPIV3Schema']>;

/** Whether its kinds are served. */
export function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some(({ type, status: holds }) => type === 'Established' && holds === 'True') === true;
}
