/** What is broken, in turn, while the system works. Each says how long it took to be well again, and what it saw. */
import { type Api, apiOf } from "../../tests/harness/api-client.ts";
import { type Child, start } from "../line-process.ts";
import { type System, until } from "./system.ts";

export interface Surroundings {
  system: System;
  api: Api;
  provider: Provider;
  /** Published by the local agent. */
  virtual: string;
}

/** A model server in a process of its own, at one port for all its lives. */
export interface Provider {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
}

export interface Outcome {
  /** Milliseconds from the blow until a request is answered well again. */
  recoveryMs: number;
  /** When the edge was killed: records younger than its gathering time may be lost. */
  edgeKilledAt?: number;
  /** What must hold and does not. */
  faults: string[];
}

export interface Drill {
  name: string;
  run(around: Surroundings): Promise<Outcome>;
}

const RECOVERY_MS = 30_000;

export async function startDrillProvider(script: string, port: number): Promise<Provider> {
  let child: Child | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      child = start(process.execPath, [script, String(port)]);
      await child.line();
    },
    kill: async () => child?.stop("SIGKILL"),
  };
}

interface Said {
  status: number;
  text: string;
  retryAfter: string | null;
}

async function ask(api: Api, model: string, content: string, stream = false): Promise<Said> {
  const answer = await fetch(`${api.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.token}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream, messages: [{ role: "user", content }] }),
    signal: AbortSignal.timeout(20_000),
  });
  return { status: answer.status, text: await answer.text(), retryAfter: answer.headers.get("retry-after") };
}

const answers = (api: Api, model: string) =>
  until(
    () => `${model} answers again`,
    async () => (await ask(api, model, "hello")).status === 200,
    RECOVERY_MS,
  );

/** A stream whose other end dies must end with one error event, without [DONE]. */
async function streamWhile(api: Api, model: string, blow: () => Promise<void> | void): Promise<string[]> {
  const answer = await fetch(`${api.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.token}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "trickle" }] }),
    signal: AbortSignal.timeout(20_000),
  });
  if (!answer.body) return [`a stream of ${model} had no body (${answer.status})`];
  let text = "";
  let struck = false;
  const decoder = new TextDecoder();
  for await (const bytes of answer.body) {
    text += decoder.decode(bytes, { stream: true });
    if (!struck && text.includes("data: ")) {
      struck = true;
      await blow();
    }
  }
  const faults: string[] = [];
  if (text.includes("[DONE]")) faults.push(`a stream of ${model} that was cut ended as if it were complete`);
  if (text.split('"error"').length !== 2) faults.push(`a stream of ${model} that was cut told no error, or several`);
  return faults;
}

const expectStatus = (faults: string[], what: string, said: Said, wanted: readonly number[]) => {
  if (!wanted.includes(said.status))
    faults.push(`${what}: ${said.status} instead of ${wanted.join(" or ")}: ${said.text}`);
};

export const drills: readonly Drill[] = [
  {
    name: "kill -9 the local agent",
    async run({ system, api, virtual }) {
      const before = await api.read(`/api/v1/llms/${virtual}`);
      const faults = await streamWhile(api, virtual, () => system.kill("agent"));
      const begun = performance.now();
      const said = await ask(api, virtual, "hello");
      // It may be back already; a refusal must say that it is gone for now.
      expectStatus(faults, "a call without a publisher", said, [200, 503]);
      if (said.status === 503 && said.retryAfter === null) faults.push("the 503 says nothing of when to try again");
      await answers(api, virtual);
      const after = await api.read(`/api/v1/llms/${virtual}`);
      if (after["id"] !== before["id"]) faults.push("it came back as another row");
      return { recoveryMs: performance.now() - begun, faults };
    },
  },
  {
    name: "kill -9 the edge",
    async run({ system, api, virtual }) {
      const edgeKilledAt = Date.now();
      system.kill("edge");
      const recoveryMs = await answers(api, "drilled");
      await answers(api, virtual);
      return { recoveryMs, edgeKilledAt, faults: [] };
    },
  },
  {
    name: "kill -9 the store",
    async run({ system, api }) {
      const faults: string[] = [];
      // Warm, so that what is held may serve.
      await ask(api, "drilled", "hello");
      system.kill("store");
      const begun = performance.now();
      expectStatus(faults, "inference without the store", await ask(api, "drilled", "hello"), [200]);
      const write = await api.call("POST", "/api/v1/groups", { name: "while-the-store-is-away" });
      if (![201, 503].includes(write.status)) faults.push(`a write without the store: ${write.status}`);
      await until(
        () => "a write is acknowledged again",
        async () => (await api.call("POST", "/api/v1/groups", { name: `back-${Date.now()}` })).status === 201,
        RECOVERY_MS,
      );
      return { recoveryMs: performance.now() - begun, faults };
    },
  },
  {
    name: "the provider refuses, having been killed in the middle of a stream",
    async run({ api, provider }) {
      const faults = await streamWhile(api, "drilled", () => provider.kill());
      expectStatus(faults, "a call without its provider", await ask(api, "drilled", "hello"), [502]);
      const begun = performance.now();
      await provider.start();
      await answers(api, "drilled");
      return { recoveryMs: performance.now() - begun, faults };
    },
  },
  {
    name: "the provider hangs",
    async run({ api }) {
      const faults: string[] = [];
      const begun = performance.now();
      expectStatus(faults, "a call that hangs", await ask(api, "hasty", "hang"), [504]);
      await answers(api, "hasty");
      return { recoveryMs: performance.now() - begun, faults };
    },
  },
  {
    name: "the provider cuts a stream",
    async run({ api }) {
      const faults: string[] = [];
      const begun = performance.now();
      const { text } = await ask(api, "drilled", "cut", true);
      if (text.includes("[DONE]") || text.split('"error"').length !== 2) faults.push(`a cut stream ended with ${text}`);
      await answers(api, "drilled");
      return { recoveryMs: performance.now() - begun, faults };
    },
  },
];

/** The LLMs that the drills ask. */
export async function prepare(system: System, provider: Provider): Promise<{ api: Api; virtual: string }> {
  const { edge, adminToken } = system.facts();
  const api = apiOf(edge, adminToken);
  await api.create("secrets", { name: "drill", data: { key: "the-provider-s-key" } });
  const common = { type: "openai", model: "any", url: provider.url, apiKeyRef: { name: "drill", key: "key" } };
  await api.create("llms", { name: "drilled", ...common });
  await api.create("llms", { name: "hasty", ...common, timeouts: { firstByte: 500 } });
  let virtual = "";
  await until(
    () => "the local agent publishes a model",
    async () => {
      const { items } = (await api.read("/api/v1/llms")) as {
        items: { name: string; status: { lifecycle: string; state: string } }[];
      };
      virtual = items.find((l) => l.status.lifecycle === "virtual" && l.status.state === "active")?.name ?? "";
      return virtual !== "";
    },
    RECOVERY_MS,
  );
  return { api, virtual };
}
