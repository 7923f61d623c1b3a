import type { AdmissionPlugin, AdmissionRequest } from './contract.ts';

/** All plugins as one. A refusal is thrown as a StatusError. */
export interface AdmissionChain {
  /** Lets every plugin that changes objects change `request.object`, in order. */
  admit(request: AdmissionRequest): Promise<void>;
  /** Asks every plugin that only looks, when the object will not change any more. */
  validate(request: AdmissionRequest): Promise<void>;
}

/** The plugins run one after the other, as listed: a later one sees what an earlier one changed. */
export function createAdmissionChain(plugins: readonly AdmissionPlugin[]): AdmissionChain {
  const mutating = plugins.filter(({ admit }) => admit !== undefined);
  const validating = plugins.filter(({ validate }) => validate !== undefined);
  return {
    async admit(request) {
      for (const plugin of mutating) if (plugin.handles(request)) await plugin.admit?.(request);
    },
    async validate(request) {
      for (const plugin of validating) if (plugin.handles(request)) await plugin.validate?.(request);
    },
  };
}
