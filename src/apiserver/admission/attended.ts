import type { Attention } from '../metrics/contract.ts';
import type { AdmissionChain } from './chain.ts';

/** Tells where a write's decoding and defaulting end, and its validation: admission comes behind each of them. */
export function attended(admission: AdmissionChain, attention: Attention | undefined): AdmissionChain {
  if (attention === undefined) return admission;
  return {
    admit(request) {
      attention.checkpoint();
      return admission.admit(request);
    },
    validate(request) {
      attention.checkpoint();
      return admission.validate(request);
    },
  };
}
