/**
 * Reading what a client still sends to a request that is refused already. Plain HTTP/1.1 knows no other way: answered and closed
 * in the middle of its upload, a client meets a broken pipe, and what most of them report is that instead of the answer.
 */

/** A body that is announced to be smaller is on its way already, as a whole. */
const SMALL = 65_536;
/** Of more than this, in bytes, nobody reads the rest. */
const LARGE = 67_108_864;
/** How long it is read at most, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Never rejects. A client that waits to be told to go on (`Expect: 100-continue`) is not made to. */
export async function drain(request: Request, patience = PATIENCE_MS): Promise<void> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (!(announced > SMALL && announced <= LARGE)) return;
  if (!request.body || request.bodyUsed || request.body.locked || request.headers.has("expect")) return;
  const reader = request.body.getReader();
  const giveUp = setTimeout(() => void reader.cancel().catch(() => {}), patience);
  try {
    while (!(await reader.read()).done);
  } catch {
    // It hung up: nobody is left to be told.
  } finally {
    clearTimeout(giveUp);
  }
}
