/** How a child of the supervisor says that it is ready: one line of JSON on descriptor 3. */
import { readFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { z } from "zod";
import type { KeptProcess } from "./kept-process.ts";

const CONTROL = 3;

/** Where nobody gave a descriptor 3, the line goes to whoever started this by hand. */
export function announceReady(facts: object): void {
  const line = `${JSON.stringify(facts)}\n`;
  try {
    writeSync(CONTROL, line);
  } catch {
    process.stdout.write(line);
  }
}

/** @throws Error with how it ended and what it said last, where it ended before it was ready. */
export async function readyFacts<S extends z.ZodType>(
  child: KeptProcess,
  schema: S,
  logFile: string,
): Promise<z.output<S>> {
  if (!child.control) throw new Error("the process was started without a control descriptor");
  for await (const line of createInterface({ input: child.control })) return schema.parse(JSON.parse(line));
  throw new Error(`it ended before it was ready (${await child.ended}). ${lastLines(logFile)}`);
}

/** The end of a log, for a message. */
export function lastLines(logFile: string): string {
  const lines = readFileSync(logFile, "utf8").trim().split("\n").slice(-4).join("\n");
  return lines ? `It said:\n${lines}\n(${logFile})` : `${logFile} is empty.`;
}
