import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWiredApi, type WiredApi } from '../../../support/wired-api.ts';
import { testKind } from './kind-cases.ts';

let api: WiredApi;
beforeAll(async () => {
  api = await startWiredApi();
});
afterAll(() => api?.close());

describe('certificates.k8s.io/v1', () => {
  const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
  const request = btoa('-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n');
  const manifest = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'john' },
    spec: {
      request,
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
      expirationSeconds: 86_400,
    },
  };
  testKind(() => api, 'CertificateSigningRequest', {
    path,
    manifest,
    stored: { spec: { username: 'admin', groups: expect.arrayContaining(['system:masters']) } },
    row: {
      SignerName: 'kubernetes.io/kube-apiserver-client',
      Requestor: 'admin',
      RequestedDuration: '24h',
      Condition: 'Pending',
    },
    status: { certificate: btoa('-----BEGIN CERTIFICATE-----') },
    twins: [
      [({ spec }) => delete spec.signerName, 'spec.signerName: Required value'],
      [
        ({ spec }) => Object.assign(spec, { signerName: 'x' }),
        'must be a fully qualified domain and path of the form "example.com/signer-name"',
      ],
      [({ spec }) => Object.assign(spec, { request: btoa('x') }), 'PEM block type must be CERTIFICATE REQUEST'],
      [({ spec }) => Object.assign(spec, { usages: [] }), 'spec.usages: Required value'],
      [({ spec }) => Object.assign(spec, { usages: ['x'] }), 'spec.usages[0]: Unsupported value: "x"'],
      [
        ({ spec }) => Object.assign(spec, { expirationSeconds: 5 }),
        'may not specify a duration less than 600 seconds (10 minutes)',
      ],
    ],
  });

  test('who asks is told by the credentials, and who approves needs a right on the signer', async () => {
    await api.grant('jane', {
      namespace: '',
      rules: [
        {
          apiGroups: ['certificates.k8s.io'],
          resources: [
            'certificatesigningrequests',
            'certificatesigningrequests/approval',
            'certificatesigningrequests/status',
          ],
          verbs: ['create', 'get', 'update', 'patch'],
        },
      ],
    });
    const forged = {
      ...manifest,
      metadata: { name: 'jane' },
      spec: { ...manifest.spec, username: 'root', groups: ['system:masters'] },
    };
    const made = await api.as('jane')('POST', path, { body: forged });
    expect(made.body.spec).toMatchObject({ username: 'jane', groups: expect.not.arrayContaining(['system:masters']) });

    const conditions = [{ type: 'Approved', status: 'True', reason: 'Test' }];
    const approve = (user: string) =>
      api.as(user)('PUT', `${path}/jane/approval`, {
        body: { ...made.body, metadata: { name: 'jane' }, status: { conditions } },
      });
    expect(await approve('jane')).toMatchObject({
      status: 403,
      body: {
        message:
          'certificatesigningrequests.certificates.k8s.io "jane" is forbidden: user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"',
      },
    });
    const signed = await api.as('jane')('PATCH', `${path}/jane/status`, {
      body: { status: { certificate: btoa('x') } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(signed.body.message).toContain('user not permitted to sign requests with signerName');
    expect(await approve('admin')).toMatchObject({
      status: 200,
      body: { status: { conditions: [{ type: 'Approved', lastTransitionTime: expect.any(String) }] } },
    });
    const undone = { ...made.body, metadata: { name: 'jane' }, status: {} };
    expect((await api.admin('PUT', `${path}/jane/approval`, { body: undone })).body.message).toContain(
      'updates may not remove a condition of type "Approved"',
    );
  });
});

describe('flowcontrol.apiserver.k8s.io/v1', () => {
  testKind(() => api, 'FlowSchema', {
    path: '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    manifest: {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { name: 'health' },
      spec: {
        priorityLevelConfiguration: { name: 'exempt' },
        rules: [
          {
            nonResourceRules: [{ nonResourceURLs: ['/healthz'], verbs: ['*'] }],
            subjects: [{ kind: 'Group', group: { name: 'system:unauthenticated' } }],
          },
        ],
      },
    },
    stored: { metadata: { generation: 1 }, spec: { matchingPrecedence: 1000 } },
    row: { PriorityLevel: 'exempt', MatchingPrecedence: 1000, DistinguisherMethod: '<none>', MissingPL: '?' },
    twins: [
      [({ spec }) => Object.assign(spec, { matchingPrecedence: 20_000 }), 'must not be greater than 10000'],
      [({ spec }) => delete spec.rules[0].subjects[0].group, "group is required when subject kind is 'Group'"],
      [
        ({ spec }) => delete spec.rules[0].nonResourceRules,
        'at least one of resourceRules and nonResourceRules has to be non-empty',
      ],
    ],
  });
  testKind(() => api, 'PriorityLevelConfiguration', {
    path: '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    manifest: {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name: 'list' },
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } },
    },
    stored: {
      spec: { limited: { nominalConcurrencyShares: 30, limitResponse: { queuing: { queues: 64, handSize: 8 } } } },
    },
    row: { Type: 'Limited', NominalConcurrencyShares: '30', Queues: '64', HandSize: '8', QueueLengthLimit: '50' },
    twins: [
      [
        ({ spec }) => Object.assign(spec, { type: 'x' }),
        'spec.type: Unsupported value: "x": supported values: "Exempt", "Limited"',
      ],
      [
        ({ spec }) => Object.assign(spec.limited.limitResponse, { type: 'Reject' }),
        'spec.limited.limitResponse.queuing: Forbidden',
      ],
    ],
  });
});

describe('resource.k8s.io/v1', () => {
  const devices = { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu.example.com' } }] };
  testKind(() => api, 'DeviceClass', {
    path: '/apis/resource.k8s.io/v1/deviceclasses',
    manifest: {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'DeviceClass',
      metadata: { name: 'gpu.example.com' },
      spec: { selectors: [{ cel: { expression: 'device.driver == "gpu.example.com"' } }] },
    },
    stored: { metadata: { generation: 1 } },
  });
  testKind(() => api, 'ResourceClaim', {
    path: '/apis/resource.k8s.io/v1/namespaces/default/resourceclaims',
    manifest: { apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim', metadata: { name: 'one' }, spec: { devices } },
    stored: { spec: { devices: { requests: [{ exactly: { allocationMode: 'ExactCount', count: 1 } }] } } },
    row: { State: 'pending' },
    frozen: [[({ spec }) => Object.assign(spec.devices.requests[0], { name: 'x' }), 'field is immutable']],
    twins: [
      [
        ({ spec }) => delete spec.devices.requests[0].exactly,
        'exactly one of `exactly` or `firstAvailable` is required',
      ],
      [
        ({ spec }) => delete spec.devices.requests[0].exactly.deviceClassName,
        'spec.devices.requests[0].exactly.deviceClassName: Required value',
      ],
    ],
  });
  testKind(() => api, 'ResourceClaimTemplate', {
    path: '/apis/resource.k8s.io/v1/namespaces/default/resourceclaimtemplates',
    manifest: {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaimTemplate',
      metadata: { name: 't' },
      spec: { spec: { devices } },
    },
    frozen: [[({ spec }) => Object.assign(spec.spec.devices.requests[0], { name: 'x' }), 'field is immutable']],
  });
  testKind(() => api, 'ResourceSlice', {
    path: '/apis/resource.k8s.io/v1/resourceslices',
    manifest: {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceSlice',
      metadata: { name: 'slice' },
      spec: {
        driver: 'gpu.example.com',
        nodeName: 'node-1',
        pool: { name: 'node-1', generation: 1, resourceSliceCount: 1 },
        devices: [
          { name: 'gpu-0', attributes: { model: { string: 'a100' } }, capacity: { memory: { value: '40Gi' } } },
        ],
      },
    },
    stored: { metadata: { generation: 1 } },
    row: { Node: 'node-1', Driver: 'gpu.example.com', Pool: 'node-1' },
    frozen: [
      [({ spec }) => Object.assign(spec, { driver: 'x' }), 'spec.driver: Invalid value: "x": field is immutable'],
    ],
    twins: [
      [
        ({ spec }) => delete spec.nodeName,
        'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required',
      ],
    ],
  });
});

describe('admissionregistration.k8s.io/v1', () => {
  const group = '/apis/admissionregistration.k8s.io/v1';
  for (const kind of ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']) {
    testKind(() => api, kind, {
      path: `${group}/${kind.toLowerCase()}s`,
      manifest: {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind,
        metadata: { name: 'policy' },
        webhooks: [
          {
            name: 'pods.example.com',
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
            clientConfig: { service: { namespace: 'x', name: 'hook' }, caBundle: btoa('ca') },
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
          },
        ],
      },
      stored: {
        metadata: { generation: 1 },
        webhooks: [
          {
            failurePolicy: 'Fail',
            matchPolicy: 'Equivalent',
            timeoutSeconds: 10,
            namespaceSelector: {},
            objectSelector: {},
            rules: [{ scope: '*' }],
            clientConfig: { service: { port: 443 } },
          },
        ],
      },
      row: { Webhooks: 1 },
      twins: [
        [
          ({ webhooks }) => Object.assign(webhooks[0], { name: 'short' }),
          'should be a domain with at least three segments separated by dots',
        ],
        [
          ({ webhooks }) => delete webhooks[0].sideEffects,
          'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
        ],
        [
          ({ webhooks }) => Object.assign(webhooks[0], { sideEffects: 'Some' }),
          'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
        ],
        [
          ({ webhooks }) => Object.assign(webhooks[0], { timeoutSeconds: 31 }),
          'the timeout value must be between 1 and 30 seconds',
        ],
        [
          ({ webhooks }) => Object.assign(webhooks[0], { clientConfig: {} }),
          'webhooks[0].clientConfig: Required value: exactly one of url or service is required',
        ],
        [
          ({ webhooks }) => Object.assign(webhooks[0], { clientConfig: { url: 'http://x' } }),
          `'https' is the only allowed URL scheme`,
        ],
        [
          ({ webhooks }) => Object.assign(webhooks[0], { admissionReviewVersions: ['v9'] }),
          'must include at least one of v1, v1beta1',
        ],
      ],
    });
  }

  test('what is not called says so', async () => {
    const made = await api.admin('POST', `${group}/validatingwebhookconfigurations`, {
      body: { metadata: { name: 'told' } },
    });
    expect(made.headers.get('warning')).toContain('does not call them yet');
  });

  testKind(() => api, 'ValidatingAdmissionPolicy', {
    path: `${group}/validatingadmissionpolicies`,
    manifest: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'demo' },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] },
          ],
        },
        validations: [{ expression: 'object.spec.replicas <= 5' }],
      },
    },
    stored: {
      metadata: { generation: 1 },
      spec: { failurePolicy: 'Fail', matchConstraints: { matchPolicy: 'Equivalent' } },
    },
    row: { Validations: 1, ParamKind: '<unset>' },
    twins: [
      [({ spec }) => delete spec.matchConstraints, 'spec.matchConstraints: Required value'],
      [({ spec }) => delete spec.validations, 'validations or auditAnnotations must contain at least one item'],
    ],
  });
  testKind(() => api, 'ValidatingAdmissionPolicyBinding', {
    path: `${group}/validatingadmissionpolicybindings`,
    manifest: {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name: 'demo' },
      spec: { policyName: 'demo', validationActions: ['Deny'] },
    },
    row: { PolicyName: 'demo', ParamRef: '<unset>' },
    twins: [
      [
        ({ spec }) => delete spec.validationActions,
        'spec.validationActions: Required value: at least one validation action is required',
      ],
      [
        ({ spec }) => Object.assign(spec, { validationActions: ['Deny', 'Warn'] }),
        'must not contain both Deny and Warn',
      ],
    ],
  });
});

test('ComponentStatuses are listed, as none, with upstream’s warning', async () => {
  const listed = await api.admin('GET', '/api/v1/componentstatuses');
  expect(listed.body.items).toEqual([]);
  expect(listed.headers.get('warning')).toContain('v1 ComponentStatus is deprecated in v1.19+');
});
