import type { IComponentStatus } from 'kubernetes-models/v1/ComponentStatus';
import { builtIn, type Column, type Stored } from '../built-in.ts';

export type ComponentStatus = Stored<IComponentStatus>;

const healthy = ({ conditions = [] }: ComponentStatus) => conditions.find(({ type }) => type === 'Healthy');

function column(name: string, description: string, cell: (object: ComponentStatus) => string): Column<ComponentStatus> {
  return { name, type: 'string', description, cell };
}

/** For reading alone, and empty: upstream asked the health of components that are no processes of their own here. */
export const componentStatuses = builtIn<ComponentStatus>('io.k8s.api.core.v1.ComponentStatus', {
  resource: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  strategy: {},
  columns: [
    column('Status', 'Status of the component conditions', (each) =>
      healthy(each)?.status === 'True' ? 'Healthy' : 'Unhealthy',
    ),
    column('Message', 'Message of the component conditions', (each) => healthy(each)?.message ?? ''),
    column('Error', 'Error of the component conditions', (each) => healthy(each)?.error ?? ''),
  ],
});
