/**
 * Waits for tasks that run side by side. The first failure cancels the others through the signal they were started with,
 * and is thrown once all have ended.
 */
export async function sideBySide<T extends readonly unknown[]>(
  outer: AbortSignal,
  start: (signal: AbortSignal) => { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const others = new AbortController();
  const tasks: readonly Promise<unknown>[] = start(AbortSignal.any([outer, others.signal]));
  try {
    return (await Promise.all(tasks)) as unknown as T;
  } catch (error) {
    others.abort(error);
    await Promise.allSettled(tasks);
    throw error;
  }
}
