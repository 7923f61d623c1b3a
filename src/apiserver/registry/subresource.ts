/** What a write through a subresource changes. */
import { cloneJson } from '../../meta/clone.ts';
import { readAt, writeAt } from '../../meta/dotted.ts';
import type { UnknownObject } from '../../meta/object.ts';
import { own, setOwn } from '../../meta/own.ts';
import { StatusError } from '../../meta/status-error.ts';
import { subjectOf } from './context.ts';
import type { ActionSubresource, PartSubresource, ResourceDefinition, ViewSubresource } from './contract.ts';

/** The way to an object; undefined is straight to it. */
export type Through = PartSubresource | ViewSubresource | ActionSubresource | undefined;

/** Throws for a subresource that is not there, or that has a handler. */
export function through(definition: ResourceDefinition, subresource: string): Through {
  if (subresource === '') return undefined;
  const by = own(definition.subresources, subresource);
  if (by !== undefined && by.by !== 'handler') return by;
  throw StatusError.badRequest(`${subjectOf(definition).resource}/${subresource} cannot be written`);
}

/** Whether status is changed through its subresource alone. */
export function hasStatus({ subresources }: ResourceDefinition): boolean {
  return subresources?.status !== undefined;
}

/** The old object with the part as `object` has it, and its metadata where the part takes them. */
export function withPart(object: UnknownObject, old: UnknownObject, part: PartSubresource): UnknownObject {
  const { ownerReferences } = old.metadata;
  const metadata = { ...(part.metadata === true ? object : old).metadata };
  delete metadata.ownerReferences;
  if (ownerReferences !== undefined) metadata.ownerReferences = ownerReferences;
  const changed: UnknownObject = { ...old, metadata };
  for (const path of part.fields) {
    const dot = path.indexOf('.');
    // What is around the part is not shared with the old object.
    const around = dot === -1 ? undefined : changed[path.slice(0, dot)];
    if (around !== undefined) setOwn(changed, path.slice(0, dot), cloneJson(around));
    writeAt(changed, path, readAt(object, path));
  }
  return changed;
}
