/** Bodies in application/vnd.kubernetes.protobuf to the values that the same objects in JSON would be. */
import { own } from '../own.ts';
import { StatusError } from '../status-error.ts';
import type { ProtobufDescriptors } from './descriptors.ts';
import { readEnvelope } from './envelope.ts';
import { readMessage } from './message.ts';

/** In whatever group version what is deleted has. */
const DELETE_OPTIONS = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

/**
 * The object in an envelope. Go's encoder writes zero values that its JSON leaves out; they are left out here too.
 * Unknown fields are skipped, as every protobuf decoder does. Throws 400 for anything malformed, and for kinds without a
 * descriptor.
 */
export function decodeProtobuf(bytes: Uint8Array, descriptors: ProtobufDescriptors): Record<string, unknown> {
  const { apiVersion, kind, raw } = readEnvelope(bytes);
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const name = kind === 'DeleteOptions' ? DELETE_OPTIONS : own(descriptors.kinds, `${apiVersion}/${kind}`);
  if (name === undefined) {
    throw StatusError.badRequest(
      `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`,
    );
  }
  try {
    return { apiVersion, kind, ...readMessage(raw, name, descriptors) };
  } catch (error) {
    throw StatusError.badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${(error as Error).message}`,
    );
  }
}
