/** OpenAPI v2 (swagger) for clients that know no v3: definitions of all kinds, in JSON. */
import type { Documented } from './documented.ts';
import { schemasOf } from './openapi-v3.ts';

export function openApiV2(documented: readonly Documented[], gitVersion: string): object {
  const definitions: Record<string, object> = {};
  for (const each of documented) Object.assign(definitions, schemasOf(each, '#/definitions/'));
  return { swagger: '2.0', info: { title: 'Kubernetes', version: gitVersion }, paths: {}, definitions };
}
