import { MASTERS } from '../request/user.ts';
import type { Authorizer } from './contract.ts';

/** system:masters may do everything, whatever roles say: the way back in when someone deletes them all. */
export const mastersAuthorizer: Authorizer = {
  async authorize({ user }) {
    return user.groups.includes(MASTERS) ? { decision: 'allow', reason: '' } : { decision: 'noOpinion', reason: '' };
  },
};
