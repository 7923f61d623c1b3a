import { applyPatch, type PatchType } from '../../../meta/patch/apply-patch.ts';
import { link } from '../../../meta/schema/link.ts';
import type { Schema } from '../../../meta/schema/types.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { subjectOf } from '../../registry/context.ts';
import { getScale, type Scale, updateScale } from '../../registry/subresources/scale.ts';
import { readBody } from '../../request/body.ts';
import { patchTypeOf } from '../../request/negotiate.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodePatch } from '../decode-patch.ts';
import { decodeBody, type ResourceRequest } from '../request.ts';
import { respondValue } from '../respond.ts';

/** Scale has no lists: strategic and merge patches mean the same for it. */
const SCALE_SCHEMA: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export async function handleScale(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info } = request;
  switch (info.verb) {
    case 'get':
      return respondValue(request, await getScale(deps, scope, info.name));
    case 'update': {
      const options = parseWriteOptions(request.query, 'UpdateOptions');
      const sent = scaleBody((await decodeBody(request, false))?.value);
      return respondValue(request, await updateScale(deps, scope, info.name, () => sent, options));
    }
    case 'patch': {
      const options = parseWriteOptions(request.query, 'PatchOptions');
      const type: PatchType = patchTypeOf(request.raw.headers.get('content-type'));
      const { value } = decodePatch(await readBody(request.raw), 'Ignore');
      const change = (current: Scale) => scaleBody(applyPatch(type, link(SCALE_SCHEMA, {}), current, value));
      return respondValue(request, await updateScale(deps, scope, info.name, change, options));
    }
    default:
      throw StatusError.methodNotAllowed(subjectOf(request.definition), info.verb);
  }
}

function scaleBody(value: unknown): Scale {
  const scale = value as Partial<Scale> | null | undefined;
  if (typeof scale !== 'object' || scale === null) throw StatusError.badRequest('the request body is not a Scale');
  const { kind, apiVersion } = scale;
  if ((kind !== undefined && kind !== 'Scale') || (apiVersion !== undefined && apiVersion !== 'autoscaling/v1')) {
    throw StatusError.badRequest(
      `expected input type is Scale of autoscaling/v1, got ${String(kind)} of ${String(apiVersion)}`,
    );
  }
  return scale as Scale;
}
