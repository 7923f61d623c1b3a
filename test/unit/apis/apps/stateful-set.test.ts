import { expect, it } from 'vitest';
import { validateStatefulSet } from '../../../../src/apis/apps/validation/stateful-set.ts';

function mounting(...names: string[]) {
  return {
    spec: {
      serviceName: 'web',
      podManagementPolicy: 'OrderedReady' as const,
      updateStrategy: { type: 'RollingUpdate' as const },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain' as const, whenScaled: 'Retain' as const },
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          restartPolicy: 'Always' as const,
          dnsPolicy: 'ClusterFirst' as const,
          terminationGracePeriodSeconds: 30,
          containers: [
            {
              name: 'c',
              image: 'nginx',
              imagePullPolicy: 'IfNotPresent' as const,
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File' as const,
              volumeMounts: names.map((name) => ({ name, mountPath: `/${name}` })),
            },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'www' },
          spec: { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } },
        },
      ],
    },
  };
}

it('lets containers mount what claim templates make, and nothing that is not there', () => {
  expect(validateStatefulSet(mounting('www'))).toEqual([]);
  expect(validateStatefulSet(mounting('www', 'gone'))).toMatchObject([
    { field: 'spec.template.spec.containers[0].volumeMounts[1].name', message: 'Not found: "gone"' },
  ]);
});
