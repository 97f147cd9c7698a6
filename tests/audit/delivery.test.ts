/** Records of answers survive what the store and the edge go through (spec: architecture.md, What an acknowledgement means). */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Gate, startGate } from "../fakes/gate.ts";
import { type FakeProvider, startFakeProvider } from "../fakes/provider.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { startTestStore, type TestStore } from "../harness/test-store.ts";
import { type StoreAccess, storeAccess, testKeyEncryption } from "../inference/models.ts";
import { verifies } from "../requirements.ts";

let provider: FakeProvider;
let local: TestStore;
let gate: Gate;
let edge: TestEdge;
let store: StoreAccess;
let token: string;

beforeAll(async () => {
  [provider, local] = await Promise.all([startFakeProvider(), startTestStore()]);
  gate = await startGate(local.proxyUrl);
  edge = await startEdge({
    store: local.databaseUrl,
    env: { KEY_ENCRYPTION: testKeyEncryption, NEON_PROXY: gate.url },
  });
  token = (await edge.bootstrap()).token;
  store = storeAccess(local.databaseUrl, testKeyEncryption);
  await store.addModel({ name: "gpt", url: provider.url });
});

afterAll(async () => {
  await edge?.stop();
  await gate?.shut();
  await local?.close();
  await provider?.close();
});

async function ask(): Promise<number> {
  const answer = await fetch(`${edge.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: '{"model":"gpt","messages":[]}',
  });
  await answer.text();
  return answer.status;
}

const askTimes = (n: number) => Promise.all(Array.from({ length: n }, ask));

async function recorded(): Promise<{ all: number; different: number }> {
  const [row] = await store.query<{ all: string; different: string }>(
    `select count(*) as all, count(distinct correlation) as different from auditevent where kind = 'llm_inference_call'`,
  );
  return { all: Number(row?.all), different: Number(row?.different) };
}

const flushesThatFailed = () => edge.log().split('"event":"audit-not-stored"').length - 1;

describe("the audit trail", () => {
  test(verifies("audit.off-path", "loses no record while the store is away, nor when the edge is killed"), async () => {
    expect(await ask()).toBe(200);
    await expect.poll(recorded, { timeout: 10_000 }).toEqual({ all: 1, different: 1 });

    await gate.shut();
    // From memory: neither the caller nor the model is asked for.
    expect(new Set(await askTimes(20))).toEqual(new Set([200]));
    // A flush that began after the answers were handed over: its first failure may have been before the last of them.
    const before = flushesThatFailed();
    await expect.poll(flushesThatFailed, { timeout: 20_000 }).toBeGreaterThan(before + 1);
    expect(new Set(await askTimes(20))).toEqual(new Set([200]));
    const again = flushesThatFailed();
    await expect.poll(flushesThatFailed, { timeout: 20_000 }).toBeGreaterThan(again + 1);

    await edge.kill();
    await gate.open();
    await edge.restart();
    await expect.poll(recorded, { timeout: 30_000 }).toEqual({ all: 41, different: 41 });
    expect(await ask()).toBe(200);
    await expect.poll(recorded, { timeout: 10_000 }).toEqual({ all: 42, different: 42 });
  });
});
