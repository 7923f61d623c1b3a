/** POST pods/binding and pods/eviction. */
import { StatusError } from '../../../meta/status-error.ts';
import { subjectOf } from '../../registry/context.ts';
import { type Binding, bind } from '../../registry/subresources/binding.ts';
import { type Eviction, evict } from '../../registry/subresources/eviction.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodeBody, type ResourceRequest } from '../request.ts';
import { respondValue, successStatus } from '../respond.ts';

export async function handleBinding(request: ResourceRequest): Promise<Response> {
  const binding = (await bodyOf(request, 'Binding', ['v1'])) as Binding;
  await bind(
    request.deps,
    request.scope,
    request.info.name,
    binding,
    parseWriteOptions(request.query, 'CreateOptions'),
  );
  return respondValue(request, successStatus(), 201);
}

export async function handleEviction(request: ResourceRequest): Promise<Response> {
  const eviction = (await bodyOf(request, 'Eviction', ['policy/v1', 'policy/v1beta1'])) as Eviction;
  await evict(
    request.deps,
    request.scope,
    request.info.name,
    eviction,
    parseWriteOptions(request.query, 'CreateOptions'),
  );
  return respondValue(request, successStatus(), 201);
}

async function bodyOf(request: ResourceRequest, kind: string, versions: readonly string[]): Promise<unknown> {
  if (request.info.verb !== 'create')
    throw StatusError.methodNotAllowed(subjectOf(request.definition), request.info.verb);
  const value = (await decodeBody(request, false))?.value;
  const body = value as { kind?: string; apiVersion?: string } | null | undefined;
  if (typeof body !== 'object' || body === null) throw StatusError.badRequest(`the request body is not a ${kind}`);
  if (
    (body.kind !== undefined && body.kind !== kind) ||
    (body.apiVersion !== undefined && !versions.includes(body.apiVersion))
  ) {
    throw StatusError.badRequest(`not a ${kind}: ${String(body.kind)} of ${String(body.apiVersion)}`);
  }
  return body;
}
