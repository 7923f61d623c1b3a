import type { IControllerRevision } from 'kubernetes-models/apps/v1/ControllerRevision';
import { controllerOf } from '../../meta/object.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateControllerRevision, validateControllerRevisionUpdate } from './validation/controller-revision.ts';

export type ControllerRevision = Stored<IControllerRevision>;

/** `statefulset.apps/web`. */
function controller(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (owner === undefined) return '<none>';
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return `${owner.kind}${group}`.toLowerCase().concat(`/${owner.name}`);
}

export const controllerRevisions = builtIn<ControllerRevision>('io.k8s.api.apps.v1.ControllerRevision', {
  resource: 'controllerrevisions',
  singular: 'controllerrevision',
  namespaced: true,
  strategy: { validate: validateControllerRevision, validateUpdate: validateControllerRevisionUpdate },
  columns: [
    { name: 'Controller', type: 'string', description: 'Controller of the object', cell: controller },
    {
      name: 'Revision',
      type: 'string',
      description: described('io.k8s.api.apps.v1.ControllerRevision', 'revision'),
      cell: ({ revision }) => revision,
    },
    age,
  ],
});
