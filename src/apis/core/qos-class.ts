import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { own } from '../../meta/own.ts';
import { compareQuantity, type QuantityLike } from '../../meta/quantity.ts';

type Amounts = Readonly<Record<string, QuantityLike>> | undefined;

/**
 * The quality of service that a pod's requests and limits of CPU and memory amount to (upstream's ComputePodQOS):
 * Guaranteed when all containers limit both and request as much, BestEffort when nothing is asked, else Burstable.
 */
export function qosClass(spec: IPodSpec | undefined): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  // Resources of the whole pod say all; without them each container, init containers included, counts.
  const asked = spec?.resources
    ? [spec.resources]
    : [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ resources }) => resources ?? {});
  const any = asked.some(({ requests, limits }) => [requests, limits].some((each) => computed(each).length > 0));
  if (!any) return 'BestEffort';
  const guaranteed = asked.every(({ requests, limits }) =>
    ['cpu', 'memory'].every((name) => {
      const limit = own(limits, name);
      if (limit === undefined || compareQuantity(limit, 0) <= 0) return false;
      const request = own(requests, name);
      return request === undefined || compareQuantity(request, limit) === 0;
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

/** Names of CPU and memory where more than nothing is asked. */
function computed(amounts: Amounts): string[] {
  return ['cpu', 'memory'].filter((name) => amounts?.[name] !== undefined && compareQuantity(amounts[name], 0) > 0);
}
