import { StatusError } from '../../meta/status-error.ts';
import type { AdmissionRequest } from './contract.ts';

/** The 403 of a plugin: `pods "x" is forbidden: <reason>` (upstream's admission.NewForbidden). */
export function forbid(request: AdmissionRequest, reason: string): StatusError {
  const { definition, name, object } = request;
  // Names from generateName may not be there yet.
  const shown = name || object?.metadata.name || object?.metadata.generateName || 'Unknown';
  return StatusError.forbidden({ group: definition.group, resource: definition.resource }, shown, reason);
}

/** True for a request about this resource, or one subresource of it. */
export function isAbout(request: AdmissionRequest, group: string, resource: string, subresource = ''): boolean {
  const { definition } = request;
  return definition.group === group && definition.resource === resource && request.subresource === subresource;
}
