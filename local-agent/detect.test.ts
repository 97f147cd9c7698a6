import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { detect, kindOf } from "./detect.ts";

const nothing = { owners: [], server: null, ollamaVersion: false, lmStudioModels: false };

test("who answers counts for more than where", () => {
  expect(kindOf({ ...nothing, ollamaVersion: true, owners: ["library"] })).toBe("ollama");
  expect(kindOf({ ...nothing, lmStudioModels: true })).toBe("lmstudio");
  expect(kindOf({ ...nothing, owners: ["vllm"] })).toBe("vllm");
  expect(kindOf({ ...nothing, owners: ["llamacpp"] })).toBe("llamacpp");
  expect(kindOf({ ...nothing, server: "llama.cpp" })).toBe("llamacpp");
  expect(kindOf(nothing)).toBe("openai");
});

describe("looking", () => {
  const running: Server[] = [];
  afterEach(() => {
    for (const server of running.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function serve(answers: Record<string, unknown> | "never"): Promise<number> {
    const server = createServer((req, res) => {
      if (answers === "never") return;
      const body = answers[req.url ?? ""];
      res.writeHead(body === undefined ? 404 : 200, { "content-type": "application/json" });
      res.end(typeof body === "string" ? body : JSON.stringify(body ?? {}));
    });
    running.push(server);
    await new Promise<void>((up) => server.listen(0, "127.0.0.1", up));
    return (server.address() as AddressInfo).port;
  }

  test("finds servers with their models, and neither what is silent nor what is something else", async () => {
    const list = (owner: string, ...ids: string[]) => ({
      object: "list",
      data: ids.map((id) => ({ id, owned_by: owner })),
    });
    const ollama = await serve({
      "/v1/models": list("library", "llama3:8b", "phi"),
      "/api/version": { version: "0.12" },
    });
    const empty = await serve({ "/v1/models": { object: "list", data: null }, "/api/version": { version: "0.12" } });
    const other = await serve({ "/v1/models": { data: [{ id: "m", owned_by: null }] } });
    const vllm = await serve({ "/v1/models": list("vllm", "qwen") });
    const silent = await serve("never");
    const web = await serve({ "/v1/models": "<html>hello</html>" });
    expect(await detect("127.0.0.1", [ollama, empty, other, vllm, silent, web, 1])).toEqual([
      { url: `http://127.0.0.1:${ollama}`, kind: "ollama", models: ["llama3:8b", "phi"] },
      { url: `http://127.0.0.1:${empty}`, kind: "ollama", models: [] },
      { url: `http://127.0.0.1:${other}`, kind: "openai", models: ["m"] },
      { url: `http://127.0.0.1:${vllm}`, kind: "vllm", models: ["qwen"] },
    ]);
  });
});
