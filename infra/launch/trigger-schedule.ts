import { request } from "node:http";

/**
 * Runs the scheduled handler of a Worker in plain workerd, once.
 *
 * @param socketPath the Unix socket of the configuration's cron service. @throws where the handler fails or nobody listens.
 */
export function triggerSchedule(socketPath: string, cron: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = `/?cron=${encodeURIComponent(cron)}`;
    const sent = request({ socketPath, path, method: "POST", timeout: 60_000 }, (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === 200
          ? resolve()
          : reject(new Error(`the scheduled handler failed (${answer.statusCode})`)),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error("the scheduled handler took more than a minute")));
    sent.on("error", reject);
    sent.end();
  });
}
