/** Reads of many objects, a page at a time and each in its turn. */
import type { ApiRequest } from './request.ts';

export type Around = <T>(read: () => Promise<T>) => Promise<T>;

/** What surrounds each page that this request reads. Rejects with the signal's reason when it is aborted meanwhile. */
export function pagesOf({ work }: ApiRequest, signal: AbortSignal): Around {
  if (work === undefined) return (read) => read();
  return async (read) => {
    await work.pace(signal);
    const end = await work.turn(signal);
    try {
      return await read();
    } finally {
      end();
    }
  };
}
