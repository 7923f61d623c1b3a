import { expect, test } from 'vitest';
import type { AdmissionPlugin } from '../../../../src/apiserver/admission/contract.ts';
import { createAdmissionChain, defaultAdmissionPlugins } from '../../../../src/apiserver/admission/index.ts';
import { StatusError } from '../../../../src/meta/status-error.ts';
import { request, strictReaders } from './requests.ts';

/** Notes its name in the object, in the phases it takes part in. */
function noting(name: string, phases: readonly ('admit' | 'validate')[], handles = true): AdmissionPlugin {
  const note = (phase: string) => async (each: { object?: object }) => {
    (each.object as { notes: string[] }).notes.push(`${name} ${phase}`);
  };
  return {
    name,
    handles: () => handles,
    ...(phases.includes('admit') ? { admit: note('admit') } : {}),
    ...(phases.includes('validate') ? { validate: note('validate') } : {}),
  };
}

test('plugins run in order, each in its phases and for what it handles', async () => {
  const chain = createAdmissionChain([
    noting('a', ['admit', 'validate']),
    noting('b', ['admit'], false),
    noting('c', ['validate']),
    noting('d', ['admit']),
  ]);
  const object = { metadata: {}, notes: [] as string[] };
  await chain.admit(request('CREATE', 'pods', { object }));
  expect(object.notes).toEqual(['a admit', 'd admit']);
  await chain.validate(request('CREATE', 'pods', { object }));
  expect(object.notes.slice(2)).toEqual(['a validate', 'c validate']);
});

test('a refusal ends the chain', async () => {
  const refusing: AdmissionPlugin = {
    name: 'no',
    handles: () => true,
    admit: async () => {
      throw StatusError.forbidden({ group: '', resource: 'pods' }, 'web', 'no');
    },
  };
  const object = { metadata: {}, notes: [] as string[] };
  const chain = createAdmissionChain([refusing, noting('after', ['admit'])]);
  await expect(chain.admit(request('CREATE', 'pods', { object }))).rejects.toThrow('pods "web" is forbidden: no');
  expect(object.notes).toEqual([]);
});

test('a bare pod comes out of the default plugins with account, priority and tolerations', async () => {
  const readerOf = strictReaders(
    { 'serviceaccounts/default/default': { metadata: {} } },
    { limitranges: [], priorityclasses: [] },
  );
  const chain = createAdmissionChain(defaultAdmissionPlugins({ readerOf, mountTokens: false }));
  const object = { metadata: { name: 'web' }, spec: { containers: [{ name: 'app' }] } };
  const creation = request('CREATE', 'pods', { object });
  await chain.admit(creation);
  await chain.validate(creation);
  expect(object.spec).toMatchObject({
    serviceAccountName: 'default',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: [{ tolerationSeconds: 300 }, { tolerationSeconds: 300 }],
  });
  expect(object.spec).not.toHaveProperty('volumes');
});
