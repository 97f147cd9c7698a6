/**
 * Waiting for something no longer than so many milliseconds. The work itself goes on: whoever can stop it does so when this rejects.
 * @throws what `late` makes when the time is up, or whatever the work fails with before
 */
export async function within<T>(work: Promise<T>, milliseconds: number, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
