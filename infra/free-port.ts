/** For programs that must be told their port and can't choose one themselves. */
import net from "node:net";

/** Free when asked for; whoever takes it should do so soon. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
    probe.on("error", reject);
  });
}
