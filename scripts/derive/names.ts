/** Names of definitions, from where the package keeps their types. */

/** The two API prefixes whose upstream names hold dashes, which the package's names do not. */
const DASHED: Readonly<Record<string, string>> = {
  'io.k8s.kubeaggregator.': 'io.k8s.kube-aggregator.',
  'io.k8s.apiextensionsapiserver.': 'io.k8s.apiextensions-apiserver.',
};

/**
 * `io.k8s.api.core.v1.PodSpec` for the exported alias `IoK8sApiCoreV1PodSpec` of the type `PodSpec`.
 * Throws when the alias does not end in the type's name.
 */
export function definitionName(alias: string, typeName: string): string {
  if (!alias.endsWith(typeName)) throw new Error(`alias ${alias} does not end in ${typeName}`);
  const words = alias.slice(0, -typeName.length).match(/[A-Z][a-z0-9]*/g) ?? [];
  let name = `${words.map((word) => word.toLowerCase()).join('.')}.${typeName}`;
  for (const [plain, dashed] of Object.entries(DASHED)) {
    const spread = plain.replace('kubeaggregator', 'kube.aggregator').replace('sapiserver', 's.apiserver');
    if (name.startsWith(spread)) name = dashed + name.slice(spread.length);
  }
  return name;
}
