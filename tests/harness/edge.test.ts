import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startEdge, type TestEdge } from "./edge.ts";

let edge: TestEdge;
beforeAll(async () => {
  edge = await startEdge({ env: { MAX_BODY_BYTES: "1000" } });
});
afterAll(() => edge.stop());

test("serves the built Worker over a migrated store, and counts what it asks of the store", async () => {
  const { queries } = await edge.stats();
  expect((await fetch(`${edge.url}/readyz`)).status).toBe(200);
  expect((await edge.stats()).queries).toBe(queries + 1);
});

test("no secret stands in a file", () => {
  const config = readFileSync(join(edge.dir, "workerd.capnp"), "utf8");
  expect(config).toContain('(name = "DATABASE_URL", fromEnvironment = "DATABASE_URL")');
  expect(config).toContain('(name = "MAX_BODY_BYTES", text = "1000")');
  expect(config).not.toContain(edge.databaseUrl);
});

test("comes back after kill -9 with what it had, at the same URL", async () => {
  const { token } = await edge.bootstrap();
  await edge.kill();
  await expect(fetch(`${edge.url}/healthz`)).rejects.toThrow();
  await edge.restart();
  const me = await fetch(`${edge.url}/api/v1/auth/me`, { headers: { authorization: `Bearer ${token}` } });
  expect(me.status).toBe(200);
});
