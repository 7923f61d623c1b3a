import { applyPatch } from '../../../meta/patch/apply-patch.ts';
import { link } from '../../../meta/schema/link.ts';
import { StatusError } from '../../../meta/status-error.ts';
import { subjectOf } from '../../registry/context.ts';
import { toObject } from '../../registry/decode.ts';
import { getScale, type Scale, updateScale } from '../../registry/subresources/scale.ts';
import { readBody } from '../../request/body.ts';
import { patchTypeOf } from '../../request/negotiate.ts';
import { parseWriteOptions } from '../../request/options.ts';
import { decodeObject } from '../decode-object.ts';
import { decodePatch } from '../decode-patch.ts';
import type { ResourceRequest } from '../request.ts';
import { respondValue } from '../respond.ts';

export async function handleScale(request: ResourceRequest): Promise<Response> {
  const { deps, scope, info } = request;
  const kind = request.surface.body('autoscaling', 'v1', 'Scale');
  switch (info.verb) {
    case 'get':
      return respondValue(request, await getScale(deps, scope, info.name));
    case 'update': {
      const options = parseWriteOptions(request.query, 'UpdateOptions');
      const sent = await decodeObject<Scale>(request, kind, options.fieldValidation);
      return respondValue(request, await updateScale(deps, scope, info.name, () => sent, options));
    }
    case 'patch': {
      // Before the options: those of an apply patch are not those of others.
      const type = patchTypeOf(request.raw.headers.get('content-type'));
      const options = parseWriteOptions(request.query, 'PatchOptions');
      const { value, duplicates } = decodePatch(await readBody(request.raw), options.fieldValidation);
      const change = (current: Scale): Scale => {
        const patched = applyPatch(type, link(kind.schema, kind.definitions), current, value);
        return toObject(
          kind,
          structuredClone(patched),
          duplicates,
          options.fieldValidation,
          scope.warn,
        ) as unknown as Scale;
      };
      return respondValue(request, await updateScale(deps, scope, info.name, change, options));
    }
    default:
      throw StatusError.methodNotAllowed(subjectOf(request.definition), info.verb);
  }
}
