/** The whole system as `npm start` runs it, on a port and in a directory of its own, with ways to hurt it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../free-port.ts";
import { type DevFile, readDevFile } from "../launch/dev-file.ts";
import { type Child, start } from "../line-process.ts";
import { root } from "../paths.ts";

export interface System {
  /** As `.mcpctl/dev.json` says now: processes that were started again have other ids. */
  facts(): DevFile;
  /** `kill -9` of one part with everything that it started. */
  kill(part: string): void;
  /** `kill -9` of the supervisor alone. */
  killSupervisor(): void;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
  /** Process groups that were seen and are still there. */
  left(): number[];
  forget(): void;
}

/** @throws Error with what it said, where it does not come up within a minute. */
export async function startSystem(): Promise<System> {
  const data = mkdtempSync(path.join(tmpdir(), "mcpctl-drill-"));
  const devFile = path.join(data, "dev.json");
  const port = await freePort();
  const child: Child = start(
    process.execPath,
    [path.join(root, "infra/setup.mjs"), "start", "--data", data, "--port", String(port)],
    {
      // It remembers the edge in the home of whoever starts it.
      env: { PATH: process.env["PATH"], HOME: data, XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] },
    },
  );
  let said = "";
  child.process.stdout?.on("data", (text: Buffer) => {
    said = (said + text).slice(-4_000);
  });
  const groups = new Set<number>();
  const facts = (): DevFile => {
    const found = readDevFile(devFile);
    if (!found) throw new Error(`${devFile} can't be read. The system said:\n${said}`);
    for (const [name, pid] of Object.entries(found.pids)) if (name !== "supervisor") groups.add(pid);
    return found;
  };
  await until(
    () => `npm start is up; it said:\n${said}`,
    async () => {
      if (child.process.exitCode !== null) throw new Error(`npm start ended:\n${said}`);
      const found = readDevFile(devFile);
      return found !== undefined && (await fetch(`${found.edge}/readyz`)).ok;
    },
    60_000,
  );
  facts();
  return {
    facts,
    kill(part) {
      const pid = facts().pids[part];
      if (pid === undefined) throw new Error(`there is no ${part}: ${JSON.stringify(facts().pids)}`);
      process.kill(-pid, "SIGKILL");
    },
    killSupervisor() {
      const pid = facts().pids["supervisor"];
      if (pid === undefined) throw new Error("dev.json names no supervisor");
      process.kill(pid, "SIGKILL");
    },
    stop: () => child.stop("SIGTERM"),
    left: () => [...groups].filter(lives),
    forget: () => rmSync(data, { recursive: true, force: true }),
  };
}

function lives(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits for a condition; an error of asking for it is a no. @throws Error that says what did not come true. */
export async function until(what: () => string, holds: () => Promise<boolean> | boolean, ms: number): Promise<number> {
  const begun = performance.now();
  for (;;) {
    if (
      await Promise.resolve()
        .then(holds)
        .catch(() => false)
    )
      return performance.now() - begun;
    if (performance.now() - begun > ms) throw new Error(`did not come true within ${ms} ms: ${what()}`);
    await new Promise((r) => setTimeout(r, 20));
  }
}
