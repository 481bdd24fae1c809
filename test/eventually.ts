/** Repeats a check until it holds; rejects with its last failure after `patienceMs`. */
export async function eventually(check: () => void | Promise<void>, patienceMs = 20_000): Promise<void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      await check();
      return;
    } catch (error) {
      if (Date.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
