/**
 * Runs `create` for each of `items` in batches of 1, 2, 4…, so that what none can pass (a quota, say) costs one attempt,
 * not hundreds. Throws the first failure once its batch has ended.
 */
export async function slowStart<T>(items: readonly T[], create: (item: T) => Promise<void>): Promise<void> {
  let size = 1;
  for (let made = 0; made < items.length; made += size / 2) {
    const results = await Promise.allSettled(items.slice(made, made + size).map(create));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    size *= 2;
  }
}
