import type { INamespace } from 'kubernetes-models/v1/Namespace';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { nameIsDnsLabel } from '../../meta/names.ts';
import { StatusError } from '../../meta/status-error.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age } from '../columns.ts';
import { validateNamespace, validateNamespaceStatusUpdate, validateNamespaceUpdate } from './validation/namespace.ts';

export type Namespace = Stored<INamespace>;

/** Lets selectors find a namespace by its name; kept on every namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';
/** Removed by the namespace controller, through the finalize subresource, when the namespace is empty. */
const FINALIZER = 'kubernetes';
const NAMESPACES = { group: '', resource: 'namespaces' };
const BEING_EMPTIED =
  'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.';

const strategy: Strategy<Namespace> = {
  validateName: nameIsDnsLabel,
  generation: false,
  isHeld: ({ spec }) => (spec?.finalizers?.length ?? 0) > 0,
  /** It stays Terminating until its controller has emptied it and taken spec.finalizers away. */
  beginDeletion(namespace, old, held) {
    if (old.metadata.deletionTimestamp === undefined) namespace.status = { ...namespace.status, phase: 'Terminating' };
    else if (held) throw StatusError.conflict(NAMESPACES, namespace.metadata.name ?? '', BEING_EMPTIED);
  },
  default(namespace) {
    const { name } = namespace.metadata;
    if (name) namespace.metadata.labels = { ...namespace.metadata.labels, [NAME_LABEL]: name };
  },
  prepareForCreate(_context, namespace) {
    namespace.status = { phase: 'Active' };
    const finalizers = namespace.spec?.finalizers ?? [];
    namespace.spec = {
      ...namespace.spec,
      finalizers: finalizers.includes(FINALIZER) ? finalizers : [...finalizers, FINALIZER],
    };
  },
  validate: validateNamespace,
  validateUpdate: validateNamespaceUpdate,
  validateStatusUpdate: validateNamespaceStatusUpdate,
  prepareForUpdate(_context, namespace, old) {
    // Only the finalize subresource changes them.
    namespace.spec = { ...namespace.spec };
    if (old.spec?.finalizers === undefined) delete namespace.spec.finalizers;
    else namespace.spec.finalizers = old.spec.finalizers;
    if (old.status !== undefined) namespace.status = old.status;
  },
};

export const namespaces = builtIn<Namespace>('io.k8s.api.core.v1.Namespace', {
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  // Upstream has no deletecollection for namespaces.
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
  status: true,
  // The only way to change them; what is being deleted goes with the last one.
  subresources: { finalize: { by: 'part', verbs: ['update'], fields: ['spec.finalizers'] } },
  strategy,
  selectableFields: {
    'status.phase': ({ status }) => status?.phase ?? '',
    name: ({ metadata }) => metadata.name ?? '',
  },
  columns: [
    {
      name: 'Status',
      type: 'string',
      description: 'The status of the namespace',
      cell: ({ status }) => status?.phase ?? '',
    },
    age,
  ],
});
