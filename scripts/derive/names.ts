/** Names of definitions, from where the package keeps their types. */

/** The two parts of upstream's names that hold dashes, which the package's aliases do not. */
const DASHED: readonly (readonly [string, string])[] = [
  ['io.k8s.kube.aggregator.', 'io.k8s.kube-aggregator.'],
  ['io.k8s.apiextensions.apiserver.', 'io.k8s.apiextensions-apiserver.'],
];

/**
 * `io.k8s.api.core.v1.PodSpec` for the exported alias `IoK8sApiCoreV1PodSpec` of the type `PodSpec`.
 * Throws when the alias does not end in the type's name.
 */
export function definitionName(alias: string, typeName: string): string {
  if (!alias.endsWith(typeName)) throw new Error(`alias ${alias} does not end in ${typeName}`);
  const words = alias.slice(0, -typeName.length).match(/[A-Z][a-z0-9]*/g) ?? [];
  const name = `${words.map((word) => word.toLowerCase()).join('.')}.${typeName}`;
  const dashed = DASHED.find(([plain]) => name.startsWith(plain));
  return dashed === undefined ? name : dashed[1] + name.slice(dashed[0].length);
}
