/**
 * The load generator: a process of its own, so that its work is in nobody's CPU time. One job per line of stdin, one result
 * per line of stdout. Every connection sends its next request when the last answer has ended, until the time is over.
 */
import net from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";
import { quantile } from "./figures.ts";
import { ResponseReader } from "./response-reader.ts";

export const job = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  connections: z.int().min(1).max(256),
  durationMs: z.int().min(1).max(60_000),
  /** What the end of a right answer holds. */
  expects: z.string(),
});
export type Job = z.infer<typeof job>;

const spread = z.object({ p50: z.number(), p99: z.number() });

export const result = z.object({
  requests: z.int(),
  errors: z.int(),
  firstError: z.string().nullable(),
  seconds: z.number(),
  /** Milliseconds from sending a request to its answer's last byte. */
  latency: spread,
  /** Milliseconds to the first byte of the body. */
  firstByte: spread,
  /** Milliseconds from the provider's write of a chunk to its arrival; both read the machine's monotonic clock. */
  chunkDelay: spread,
});
export type Result = z.infer<typeof result>;

/** Bytes of an answer that are kept to see whether it ended as it should. */
const TAIL = 256;
const STALL_MS = 15_000;

interface Tally {
  latencies: number[];
  firstBytes: number[];
  delays: number[];
  errors: string[];
}

function drive(work: Job, tally: Tally, deadline: number): Promise<void> {
  const { hostname, port, pathname, host } = new URL(work.url);
  const head = Object.entries({ ...work.headers, host, "content-length": String(Buffer.byteLength(work.body)) });
  const request = Buffer.from(
    `POST ${pathname} HTTP/1.1\r\n${head.map(([k, v]) => `${k}: ${v}`).join("\r\n")}\r\n\r\n${work.body}`,
  );
  return new Promise((done) => {
    let sentAt = 0;
    let firstAt = 0;
    let status = 0;
    let tail = "";
    let socket: net.Socket | undefined;

    const stop = () => {
      socket?.removeAllListeners();
      socket?.on("error", () => {});
      socket?.destroy();
      done();
    };
    const send = () => {
      sentAt = performance.now();
      if (sentAt >= deadline) return stop();
      firstAt = 0;
      tail = "";
      socket?.write(request);
    };
    const reader = new ResponseReader({
      head: (s) => {
        status = s;
      },
      body: (bytes) => {
        const now = performance.now();
        if (firstAt === 0) firstAt = now;
        const text = tail + bytes.toString("latin1");
        if (text.includes('"at":')) {
          for (const stamp of text.matchAll(/"at":(\d+),/g))
            tally.delays.push(Number(process.hrtime.bigint() - BigInt(stamp[1] ?? 0)) / 1e6);
          // A stamp that was counted must not be seen again in what is kept.
          tail = text.replaceAll(/"at":\d+,/g, "").slice(-TAIL);
        } else tail = text.slice(-TAIL);
      },
      end: () => {
        const now = performance.now();
        if (status === 200 && tail.includes(work.expects)) {
          tally.latencies.push(now - sentAt);
          tally.firstBytes.push(firstAt - sentAt);
        } else tally.errors.push(`${status} ${tail.slice(0, 160)}`);
        if (reader.closing) connect();
        else send();
      },
    });
    const failed = (why: string) => {
      tally.errors.push(why);
      // A peer that refuses every connection ends the job instead of filling the list.
      if (tally.errors.length > 1_000) stop();
      else if (performance.now() < deadline) setTimeout(connect, 10);
      else stop();
    };
    function connect(): void {
      socket?.removeAllListeners();
      socket?.on("error", () => {});
      socket?.destroy();
      const s = net.connect({ host: hostname, port: Number(port), noDelay: true });
      socket = s;
      s.setTimeout(STALL_MS);
      s.on("connect", send);
      s.on("data", (bytes) => reader.feed(bytes));
      s.on("timeout", () => {
        tally.errors.push(`no byte for ${STALL_MS} ms`);
        stop();
      });
      s.on("error", (e) => failed(e.message));
      s.on("end", () => (reader.inside ? failed("the connection was cut within an answer") : connect()));
    }
    connect();
  });
}

async function run(work: Job): Promise<Result> {
  const tally: Tally = { latencies: [], firstBytes: [], delays: [], errors: [] };
  const start = performance.now();
  await Promise.all(Array.from({ length: work.connections }, () => drive(work, tally, start + work.durationMs)));
  const both = (list: number[]) => ({ p50: quantile(list, 0.5), p99: quantile(list, 0.99) });
  return {
    requests: tally.latencies.length,
    errors: tally.errors.length,
    firstError: tally.errors[0] ?? null,
    seconds: (performance.now() - start) / 1000,
    latency: both(tally.latencies),
    firstByte: both(tally.firstBytes),
    chunkDelay: both(tally.delays),
  };
}

if (import.meta.main)
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await run(job.parse(JSON.parse(line))))}\n`);
