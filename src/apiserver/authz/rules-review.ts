/** Answers authorization.k8s.io/v1 SelfSubjectRulesReview (`kubectl auth can-i --list`). */
import type { UserInfo } from '../request/user.ts';
import { joinFaults, type RuleResolver } from './rbac.ts';

export interface SubjectRulesReviewStatus {
  resourceRules: { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }[];
  nonResourceRules: { verbs: string[]; nonResourceURLs?: string[] }[];
  incomplete: boolean;
  evaluationError?: string;
}

/** `namespace` is the review's spec.namespace, which upstream requires. Rules of cluster-wide bindings are included. */
export async function reviewRules(
  resolver: RuleResolver,
  tenant: string,
  user: UserInfo,
  namespace: string,
): Promise<SubjectRulesReviewStatus> {
  const { rules, faults } = await resolver.rulesFor(tenant, user, namespace);
  const status: SubjectRulesReviewStatus = { resourceRules: [], nonResourceRules: [], incomplete: faults.length > 0 };
  for (const { verbs = [], apiGroups, resources, resourceNames, nonResourceURLs } of rules) {
    if (resources !== undefined && resources.length > 0) {
      status.resourceRules.push({
        verbs,
        resources,
        ...(apiGroups === undefined ? {} : { apiGroups }),
        ...(resourceNames === undefined ? {} : { resourceNames }),
      });
    }
    if (nonResourceURLs !== undefined && nonResourceURLs.length > 0) {
      status.nonResourceRules.push({ verbs, nonResourceURLs });
    }
  }
  return faults.length === 0 ? status : { ...status, evaluationError: joinFaults(faults) };
}
