import type { ISecret } from 'kubernetes-models/v1/Secret';
import type { Strategy } from '../../apiserver/registry/contract.ts';
import { builtIn, type Stored } from '../built-in.ts';
import { age, described } from '../columns.ts';
import { validateSecret, validateSecretUpdate } from './validation/secret.ts';

export type Secret = Stored<ISecret>;

const strategy: Strategy<Secret> = {
  default(secret) {
    if (secret.stringData === undefined) return;
    // Write-only convenience: it wins over data and is never stored.
    const encoded = Object.entries(secret.stringData).map(([key, text]) => [key, base64(text)]);
    if (encoded.length > 0) secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
    delete secret.stringData;
  },
  validate: validateSecret,
  validateUpdate: validateSecretUpdate,
};

/** Of the text's UTF-8. */
function base64(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

export const secrets = builtIn<Secret>('io.k8s.api.core.v1.Secret', {
  resource: 'secrets',
  singular: 'secret',
  namespaced: true,
  encrypted: true,
  strategy,
  selectableFields: { type: ({ type }) => type ?? '' },
  columns: [
    {
      name: 'Type',
      type: 'string',
      description: described('io.k8s.api.core.v1.Secret', 'type'),
      cell: ({ type }) => type ?? '',
    },
    {
      name: 'Data',
      type: 'string',
      description: described('io.k8s.api.core.v1.Secret', 'data'),
      cell: ({ data = {} }) => Object.keys(data).length,
    },
    age,
  ],
});
