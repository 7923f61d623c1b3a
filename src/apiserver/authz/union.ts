import type { Authorizer } from './contract.ts';

/** The first authorizer that allows or denies decides; with none, no opinion and all their reasons, a line each. */
export function unionAuthorizer(authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(attributes) {
      const reasons: string[] = [];
      for (const authorizer of authorizers) {
        const decision = await authorizer.authorize(attributes);
        if (decision.decision !== 'noOpinion') return decision;
        if (decision.reason !== '') reasons.push(decision.reason);
      }
      return { decision: 'noOpinion', reason: reasons.join('\n') };
    },
  };
}
