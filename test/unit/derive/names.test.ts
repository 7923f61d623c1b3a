import { describe, expect, it } from 'vitest';
import { definitionName } from '../../../scripts/derive/names.ts';

describe('definitionName', () => {
  it.each([
    ['IoK8sApiCoreV1PodSpec', 'PodSpec', 'io.k8s.api.core.v1.PodSpec'],
    ['IoK8sApiResourceV1beta2DeviceClass', 'DeviceClass', 'io.k8s.api.resource.v1beta2.DeviceClass'],
    ['IoK8sApimachineryPkgApisMetaV1ObjectMeta', 'ObjectMeta', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'],
    ['IoK8sApimachineryPkgUtilIntstrIntOrString', 'IntOrString', 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'],
    [
      'IoK8sApiextensionsApiserverPkgApisApiextensionsV1JSON',
      'JSON',
      'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON',
    ],
    [
      'IoK8sKubeAggregatorPkgApisApiregistrationV1APIService',
      'APIService',
      'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
    ],
  ])('spells %s as upstream does', (alias, type, name) => {
    expect(definitionName(alias, type)).toBe(name);
  });

  it('refuses an alias of another type', () => {
    expect(() => definitionName('IoK8sApiCoreV1PodSpec', 'NodeSpec')).toThrow('does not end in NodeSpec');
  });
});
