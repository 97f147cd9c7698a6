/**
 * `npm run drill`: breaks one part of a running system after the other under a small load, and prints what was lost. Nothing
 * that was acknowledged may be; `kill -9` of the edge may lose the records of its last moments (docs/architecture.md, What an
 * acknowledgement means).
 */
import path from "node:path";
import { table } from "../bench/figures.ts";
import { freePort } from "../free-port.ts";
import { root } from "../paths.ts";
import { missing } from "./audit.ts";
import { type Drill, drills, type Outcome, prepare, type Surroundings, startDrillProvider } from "./drills.ts";
import { startSystem, until } from "./system.ts";
import { startTraffic } from "./traffic.ts";

/** An isolate gathers events for 50 ms and hands them over; as long again is for the handing. */
const GATHERING_MS = 100;
const SETTLING_MS = 15_000;

const say = (text: string) => process.stdout.write(`${text}\n`);

interface Line {
  name: string;
  answered: number;
  created: number;
  recoveryMs: number;
  lost: string;
  faults: string[];
}

async function exercise(drill: Drill, index: number, around: Surroundings): Promise<Line> {
  const { edge, adminToken } = around.system.facts();
  const traffic = startTraffic(edge, adminToken, "drilled", String(index));
  const { ledger } = traffic;
  let outcome: Outcome;
  try {
    await until(
      () => "the load is under way",
      () => ledger.answered.length >= 20 && ledger.created.length >= 2,
      20_000,
    );
    outcome = await drill.run(around);
    const [answered, created] = [ledger.answered.length, ledger.created.length];
    await until(
      () => "the load goes on afterwards",
      () => ledger.answered.length >= answered + 20 && ledger.created.length >= created + 2,
      20_000,
    );
  } finally {
    await traffic.stop();
  }
  const { edgeKilledAt } = outcome;
  const inFlight = (at: number) =>
    edgeKilledAt !== undefined && at <= edgeKilledAt && at >= edgeKilledAt - GATHERING_MS;
  // What may be lost is not waited for.
  const due = { ...ledger, answered: ledger.answered.filter((a) => !inFlight(a.at)) };
  const lost = await missing(around.system.facts().store, due, SETTLING_MS);
  const pieces = [
    ...(lost.records.length > 0 ? [`${lost.records.length} audit records`] : []),
    ...(lost.resources.length > 0 ? [`resources ${lost.resources.join(", ")}`] : []),
    ...(ledger.torn > 0 ? [`${ledger.torn} streams torn without a word`] : []),
  ];
  // An edge that is killed can't say good-bye to the streams that it carries.
  const torn = edgeKilledAt === undefined ? ledger.torn : 0;
  return {
    name: drill.name,
    answered: ledger.answered.length,
    created: ledger.created.length,
    recoveryMs: outcome.recoveryMs,
    lost: pieces.join(", ") || "nothing",
    faults: [
      ...outcome.faults,
      ...(lost.records.length + lost.resources.length + torn > 0 ? [`lost: ${pieces.join(", ")}`] : []),
    ],
  };
}

const begun = performance.now();
const port = await freePort();
const provider = await startDrillProvider(path.join(root, "tests/fakes/model-server.ts"), port);
await provider.start();
const system = await startSystem();
const lines: Line[] = [];
const faults: string[] = [];
try {
  const around = { system, provider, ...(await prepare(system, provider)) };
  say(`The system is up at ${system.facts().edge}; ${around.virtual} is published by its local agent.\n`);
  for (const [index, drill] of drills.entries()) {
    const line = await exercise(drill, index, around);
    lines.push(line);
    say(
      `${line.faults.length === 0 ? "ok  " : "FAIL"} ${line.name}: recovered after ${Math.round(line.recoveryMs)} ms`,
    );
  }
  system.facts();
  system.killSupervisor();
  const gone = await until(
    () => `everything ends with its supervisor; left: ${system.left().join(", ")}`,
    () => system.left().length === 0,
    20_000,
  );
  say(`ok   kill -9 the supervisor: nothing of it was left after ${Math.round(gone)} ms`);
} catch (e) {
  faults.push(e instanceof Error ? e.message : String(e));
} finally {
  await system.stop();
  await provider.kill();
  const orphans = system.left();
  if (orphans.length > 0) faults.push(`processes left: ${orphans.join(", ")}`);
  for (const pid of orphans) process.kill(-pid, "SIGKILL");
  system.forget();
}

const rows = lines.map((l) => [
  l.name,
  String(l.answered),
  String(l.created),
  String(Math.round(l.recoveryMs)),
  l.lost,
]);
say(`\n${table(["drill", "answered", "created", "recovered, ms", "lost"], rows)}\n`);
for (const fault of [...lines.flatMap((l) => l.faults.map((f) => `${l.name}: ${f}`)), ...faults]) say(`FAIL ${fault}`);
say(`${Math.round((performance.now() - begun) / 1000)} s`);
if (faults.length > 0 || lines.some((l) => l.faults.length > 0)) process.exitCode = 1;
