/**
 * The import rules of the layout (README, "Import rules"). A folder may import itself, what is listed for it, and npm
 * packages; everything may import types of kubernetes-models. Anything else is an error.
 */
const rules = {
  'src/meta': [],
  'src/apis': ['src/meta', 'src/apiserver/(registry|storage)/contract', 'src/apiserver/surface/kinds'],
  'src/db': ['src/apiserver/storage/errors'],
  'src/apiserver/request': ['src/meta'],
  'src/apiserver/storage': ['src/meta', 'src/db'],
  'src/apiserver/metrics': ['src/apiserver/surface/contract', 'src/apiserver/request'],
  'src/apiserver/flow': ['src/meta', 'src/apiserver/(metrics|request)', 'src/apiserver/surface/contract'],
  'src/apiserver/registry': [
    'src/meta',
    'src/apiserver/request',
    'src/apiserver/storage/(contract|errors|body)',
    'src/apiserver/(admission|surface)/contract',
  ],
  'src/apiserver/surface': ['src/meta', 'src/apiserver/registry/(contract|stored-form)', 'src/apiserver/discovery'],
  'src/apiserver/handlers': [
    'src/meta',
    'src/apiserver/(request|registry)',
    'src/apiserver/storage/(contract|errors|body)',
    'src/apiserver/(authn|authz|metrics)/contract',
    'src/apiserver/flow/(flow|work)',
    'src/apiserver/authn/token-review',
    'src/apiserver/authz/(forbidden|rules-review|rbac)',
    'src/apiserver/discovery',
    'src/apiserver/surface/(contract|end)',
    'src/tunnel/(contract|splice)',
  ],
  'src/apiserver/authn': ['src/meta', 'src/apiserver/request', 'src/client/(contract|resources)', 'src/db'],
  'src/apiserver/authz': ['src/meta', 'src/apiserver/request', 'src/client/(contract|resources)'],
  'src/apiserver/admission': [
    'src/meta',
    'src/apiserver/authz/(contract|coverage|rbac|rules)',
    'src/apiserver/request',
    'src/apiserver/metrics/contract',
    'src/apiserver/registry/contract',
    'src/client/(contract|resources)',
  ],
  'src/apiserver/discovery': [
    'src/meta',
    'src/apiserver/(registry|storage)/contract',
    'src/apiserver/surface/kinds',
    'src/apiserver/request',
  ],
  'src/apiserver/loopback': [
    'src/meta',
    'src/apiserver/(registry|request|storage)',
    'src/apiserver/surface/contract',
    'src/client/contract',
  ],
  'src/client': ['src/meta'],
  'src/tunnel': ['src/meta'],
  'src/reconcile': [
    'src/meta',
    'src/client/(contract|resources)',
    'src/apiserver/storage/(contract|errors|body)',
    'src/db',
  ],
  'src/scheduler': ['src/reconcile', 'src/client/(contract|resources)', 'src/meta'],
  'src/controllers': [
    'src/reconcile',
    'src/client/(contract|resources)',
    'src/meta',
    // A DaemonSet's node is one that the scheduler will agree to.
    'src/scheduler/(node-selector|tolerations)',
  ],
  'src/tenancy': ['src/meta', 'src/client/(contract|resources)', 'src/db'],
  'src/hosts': ['src/(?!cli/)'],
  'src/cli': ['src/hosts', 'src/client/(http|resources)', 'src/meta', 'agent/(host/transport|kubeconfig)'],
};

const escapeSlashes = (path) => path.replaceAll('/', '\\/');

export default {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(cloudflare:|kubernetes-models)' },
    },
    ...Object.entries(rules).map(([from, to]) => ({
      name: `${from}-imports`,
      severity: 'error',
      from: { path: `^${escapeSlashes(from)}/` },
      to: { path: '^(src|agent|test)/', pathNot: [from, ...to].map((each) => `^${each}`) },
    })),
    {
      name: 'app-composes-the-api-server',
      severity: 'error',
      from: { path: '^src/apiserver/app\\.ts$' },
      to: { path: '^(src|agent|test)/', pathNot: ['^src/apiserver/', '^src/meta/', '^src/tunnel/contract'] },
    },
    {
      name: 'agent-imports',
      comment: 'The agent talks the Kubernetes API and the tunnel, nothing else of the control plane.',
      severity: 'error',
      from: { path: '^agent/' },
      to: {
        path: '^(src|test)/',
        pathNot: ['^src/meta/', '^src/client/', '^src/tunnel/(protocol|contract|socket|splice)'],
      },
    },
    {
      name: 'controllers-never-call-each-other',
      severity: 'error',
      from: { path: '^src/controllers/([^/]+)/' },
      to: { path: '^src/controllers/', pathNot: ['^src/controllers/$1/', '^src/controllers/shared/'] },
    },
    {
      name: 'portable-core-has-no-node-modules',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(hosts/node|cli)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'one-docker-client',
      severity: 'error',
      from: { path: '^(src|agent)/', pathNot: '^(agent/runtime/docker|src/cli/up)/' },
      to: { path: 'dockerode' },
    },
    {
      name: 'agent-host-alone-runs-programs',
      severity: 'error',
      from: { path: '^agent/', pathNot: '^agent/host/' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'tests-stay-out-of-the-product',
      severity: 'error',
      from: { path: '^(src|agent)/' },
      to: { path: '^test/' },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^src/apis/generated/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.mjs', '.d.ts', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
    },
  },
};
