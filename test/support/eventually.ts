/** Waits for a condition instead of sleeping: tries `check` until it returns without throwing, at most `seconds`. */
export async function eventually<T>(check: () => Promise<T> | T, seconds = 60, everyMs = 250): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }
}
