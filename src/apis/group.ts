/** What the manifest of a built-in group, apis/<group>/index.ts, says. Nothing else knows which kinds there are. */
import type { AnsweredKind, ResourceDefinition } from '../apiserver/registry/contract.ts';
import type { MergeRules, PropertyDefaults } from './merge-rules.ts';

export interface BuiltInGroup {
  /** As in apiVersion, '' for core. Absent: what all groups share. */
  group?: string;
  /** Its stored kinds, each described in a file beside the manifest. */
  resources?: readonly ResourceDefinition[];
  /** Kinds that are answered and never stored: reviews. */
  answered?: readonly AnsweredKind[];
  /** Kinds that clients send to subresources and with requests, by definition name, e.g. `io.k8s.api.core.v1.Binding`. */
  bodies?: readonly string[];
  /** Definitions that are published beside those that the kinds refer to. */
  others?: readonly string[];
  /** How its types merge, where their Go tags do not say. */
  mergeRules?: readonly MergeRules[];
  /** Constant defaults. Those that depend on other fields are a kind's strategy's. */
  defaults?: readonly PropertyDefaults[];
}

/**
 * The definitions that the derivation starts from; everything that they refer to comes along. Works before they have been
 * derived.
 */
export function rootsOf(groups: readonly BuiltInGroup[]): string[] {
  return groups.flatMap(({ resources = [], answered = [], bodies = [], others = [] }) => [
    ...[...resources, ...answered].map(({ schema }) => schema.$ref ?? ''),
    ...bodies,
    ...others,
  ]);
}
