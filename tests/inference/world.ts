/** A real edge, its first admin, a provider that does what it is told, and LLMs that lead to it in several ways. */
import OpenAI from "openai";
import { type FakeProvider, type Received, startFakeProvider } from "../fakes/provider.ts";
import { startEdge, type TestEdge } from "../harness/edge.ts";
import { type StoreAccess, storeAccess, testKeyEncryption } from "./models.ts";

/** The provider's own key: nobody but the provider may ever see it. */
export const KEY = "sk-provider-canary-4f2a";

export const messages = [{ role: "user" as const, content: "Hi" }];

export interface InferenceWorld {
  edge: TestEdge;
  provider: FakeProvider;
  store: StoreAccess;
  /** May do everything. */
  token: string;
  openai: OpenAI;
  post(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>;
  /** A chat with this model. */
  ask(model: string, more?: object): Promise<Response>;
  /** What the provider got first since the last reset. @throws Error where it got nothing */
  first(): Received;
  /** How many inference calls are in the store whose payload meets a condition on its fields as text. */
  recorded(condition: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startInferenceWorld(): Promise<InferenceWorld> {
  const provider = await startFakeProvider();
  const edge = await startEdge({ env: { KEY_ENCRYPTION: testKeyEncryption } });
  const { token } = await edge.bootstrap();
  const store = storeAccess(edge.databaseUrl, testKeyEncryption);
  await store.addModel({ name: "gpt", url: `${provider.url}/v1/`, model: "upstream-model", key: KEY });
  await store.addModel({ name: "counted", url: provider.url, model: "upstream-model" });
  await store.addModel({ name: "same", url: provider.url });
  await store.addModel({ name: "hasty", url: provider.url, timeouts: { firstByte: 300, idle: 400 } });
  await store.addModel({ name: "nobody", url: "http://127.0.0.1:9" });
  await store.addModel({ name: "inside", url: "http://10.0.0.1" });
  const post: InferenceWorld["post"] = (path, body, headers = {}) =>
    fetch(edge.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...headers },
      body,
    });
  return {
    edge,
    provider,
    store,
    token,
    openai: new OpenAI({ apiKey: token, baseURL: `${edge.url}/v1`, maxRetries: 0 }),
    post,
    ask: (model, more = {}) => post("/v1/chat/completions", JSON.stringify({ model, messages, ...more })),
    first() {
      const one = provider.received[0];
      if (!one) throw new Error("the provider got nothing");
      return one;
    },
    async recorded(condition) {
      const rows = await store.query<{ n: string }>(
        `select count(*) as n from (
           select p.* from auditevent, jsonb_to_record(payload) as p
             (llm text, status text, error text, streaming text, "tokensIn" text, "tokensOut" text)
           where kind = 'llm_inference_call') as call where ${condition}`,
      );
      return Number(rows[0]?.n);
    },
    async stop() {
      await edge.stop();
      await provider.close();
    },
  };
}
