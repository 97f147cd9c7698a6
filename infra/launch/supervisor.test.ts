import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { isRunning } from "#db/local/process-lock";
import { type KeptProcess, keep } from "./kept-process.ts";
import { Supervisor } from "./supervisor.ts";

const node = (script: string, output: "pipe" | "ignore" = "ignore"): Promise<KeptProcess> =>
  keep({ command: process.execPath, args: ["-e", script], env: process.env, output, graceSeconds: 1 });

const forever = "setInterval(() => {}, 1000)";
const silent = { say: () => {}, changed: () => {} };

test("what ends is started again, and told", async () => {
  const said: string[] = [];
  const supervisor = new Supervisor({ ...silent, say: (line) => said.push(line) });
  await supervisor.run({ name: "it", start: () => node(forever) });
  const first = supervisor.pids["it"] ?? 0;
  process.kill(first, "SIGKILL");
  await expect.poll(() => said).toEqual(["it ended (SIGKILL); it will be restarted in 0.25 s.", "it runs again."]);
  expect(supervisor.pids["it"]).not.toBe(first);
  await supervisor.stop();
});

test("what can't be started again is tried again", async () => {
  const said: string[] = [];
  let starts = 0;
  const supervisor = new Supervisor({ ...silent, say: (line) => said.push(line) });
  await supervisor.run({
    name: "it",
    start() {
      if (++starts === 2) throw new Error("not this time");
      return node(forever);
    },
  });
  process.kill(supervisor.pids["it"] ?? 0, "SIGKILL");
  await expect.poll(() => said.at(-1)).toBe("it runs again.");
  expect(said).toContain("it could not be started: not this time");
  await supervisor.stop();
});

test("a first start that fails is the caller's", async () => {
  const supervisor = new Supervisor(silent);
  const start = async () => {
    throw new Error("broken");
  };
  await expect(supervisor.run({ name: "it", start })).rejects.toThrow("broken");
  await supervisor.stop();
});

test("stopping ends the last started first, and what ignores it too", async () => {
  const supervisor = new Supervisor(silent);
  const ended: string[] = [];
  const noting = (name: string, script: string) => async () => {
    const child = await node(script, "pipe");
    // Only once it speaks it ignores signals.
    if (child.stdout) for await (const _ of createInterface({ input: child.stdout })) break;
    void child.ended.then(() => ended.push(name));
    return child;
  };
  const speaking = `console.log("up"); ${forever}`;
  await supervisor.run({ name: "first", start: noting("first", speaking) });
  await supervisor.run({ name: "stubborn", start: noting("stubborn", `process.on("SIGTERM", () => {}); ${speaking}`) });
  const pids = Object.values(supervisor.pids);
  await supervisor.stop();
  expect(ended).toEqual(["stubborn", "first"]);
  expect(pids.filter(isRunning)).toEqual([]);
});

test("when the parent is killed, its child ends, and so does what the child started and ignores it", async () => {
  const keeping = new URL("./kept-process.ts", import.meta.url).href;
  const script = `
    import { keep } from ${JSON.stringify(keeping)};
    const child = await keep({ command: process.execPath, args: ["-e", "process.on('SIGTERM', () => {}); ${forever}"], env: process.env, output: "ignore", graceSeconds: 1 });
    console.log(child.pid);
    ${forever}`;
  const parent = await keep({
    command: process.execPath,
    args: ["--input-type=module", "-e", script],
    env: process.env,
    output: "pipe",
  });
  if (!parent.stdout) throw new Error("no output");
  let child = 0;
  for await (const line of createInterface({ input: parent.stdout })) {
    child = Number(line);
    break;
  }
  expect(isRunning(child)).toBe(true);
  process.kill(parent.pid, "SIGKILL");
  await expect.poll(() => isRunning(child), { timeout: 10_000 }).toBe(false);
});
