/**
 * The stored text of an object. It always begins with `{"metadata":{"name":` and holds neither apiVersion, kind nor
 * metadata.resourceVersion: those are spliced into the text of a response, so that a list of thousands of objects is
 * answered without parsing one of them.
 */
import { parseOwnJson } from '../../meta/json.ts';
import type { UnknownObject } from '../../meta/object.ts';
import type { StoredObject } from './contract.ts';

const START = '{"metadata":{';

/** JSON text to store. `metadata.name` is written first, even when it is absent or empty. */
export function encodeBody(object: UnknownObject): string {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const { name, resourceVersion: _resourceVersion, ...others } = metadata;
  return JSON.stringify({ metadata: { name: name ?? '', ...others }, ...rest });
}

/**
 * The JSON text of a response: the stored text with resourceVersion, and with apiVersion and kind where they are wanted
 * (undefined: items of a list, which upstream sends without).
 */
export function spliceBody(
  stored: Pick<StoredObject, 'revision' | 'body'>,
  type: { apiVersion: string; kind: string } | undefined,
): string {
  const head = type === undefined ? '{' : `{"apiVersion":"${type.apiVersion}","kind":"${type.kind}",`;
  return `${head}"metadata":{"resourceVersion":"${stored.revision}",${stored.body.slice(START.length)}`;
}

/** The object with resourceVersion, without apiVersion and kind. */
export function parseBody(stored: Pick<StoredObject, 'revision' | 'body'>): UnknownObject {
  const object = parseOwnJson(stored.body) as UnknownObject;
  object.metadata.resourceVersion = String(stored.revision);
  return object;
}
