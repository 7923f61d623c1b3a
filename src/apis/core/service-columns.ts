/** How a service is printed (upstream's printService). */
import type { IService } from 'kubernetes-models/v1/Service';
import type { Column, Stored } from '../built-in.ts';
import { age, described, formatMap } from '../columns.ts';

type Service = Stored<IService>;

function externalIP({ spec, status }: Service): string {
  const external = (spec?.externalIPs ?? []).join(',');
  switch (spec?.type) {
    case 'ClusterIP':
    case 'NodePort':
      return external || '<none>';
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || '');
      const addresses = [...new Set(ingress.filter((each) => each !== ''))].sort();
      return [...addresses, ...(spec.externalIPs ?? [])].join(',') || '<pending>';
    }
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

/** `80:30080/TCP,443/TCP`. */
function ports({ spec }: Service): string {
  const each = (spec?.ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return each.join(',') || '<none>';
}

const SPEC = 'io.k8s.api.core.v1.ServiceSpec';

export const serviceColumns: readonly Column<Service>[] = [
  { name: 'Type', type: 'string', description: described(SPEC, 'type'), cell: ({ spec }) => spec?.type ?? '' },
  {
    name: 'Cluster-IP',
    type: 'string',
    description: described(SPEC, 'clusterIP'),
    cell: ({ spec }) => spec?.clusterIPs?.[0] ?? spec?.clusterIP ?? '<none>',
  },
  { name: 'External-IP', type: 'string', description: described(SPEC, 'externalIPs'), cell: externalIP },
  { name: 'Port(s)', type: 'string', description: described(SPEC, 'ports'), cell: ports },
  age,
  {
    name: 'Selector',
    type: 'string',
    priority: 1,
    description: described(SPEC, 'selector'),
    cell: ({ spec }) => formatMap(spec?.selector),
  },
];
