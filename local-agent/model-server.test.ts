import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { baseUrl } from "#db/protocol/base-url";
import type { Published } from "./admission.ts";
import { missingModels, troubles } from "./model-server.ts";

const published = (url: string, model: string) => ({ url, base: baseUrl(url), model, name: model }) as Published;

let answers = "";
let status = 200;
const server = createServer((_, response) => response.writeHead(status).end(answers));
let url = "";
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

test.each([
  ["a", ["a", "b"], 0],
  ["llama3", ["llama3:latest"], 0],
  ["llama3:8b", ["llama3:latest"], 1],
  ["a", [], 1],
])("%s of %j: %i troubles", (model, has, count) => {
  expect(missingModels("http://gpu", [model], has)).toHaveLength(count);
});

test("names what there is, but not hundreds", () => {
  const has = Array.from({ length: 300 }, (_, i) => `m${i}`);
  expect(missingModels("http://gpu", ["x"], has)[0]).toBe(
    'The model server at http://gpu does not list "x". It has: m0, m1, m2, m3, m4, ….',
  );
});

test("asks the server itself", async () => {
  answers = JSON.stringify({ data: [{ id: "a" }] });
  expect(await troubles([published(url, "a")])).toEqual([]);
  expect(await troubles([published(url, "a"), published(url, "b")])).toEqual([
    `The model server at ${url} does not list "b". It has: a.`,
  ]);
});

test("a server that wants a key is named before its first caller", async () => {
  status = 401;
  onTestFinished(() => {
    status = 200;
  });
  expect(await troubles([published(url, "a")])).toEqual([
    `The model server at ${url} requires a key (401), but mcplocal sends none: requests will fail.`,
  ]);
});

test("an Ollama that has no model yet has none", async () => {
  answers = JSON.stringify({ object: "list", data: null });
  expect(await troubles([published(url, "a")])).toEqual([
    `The model server at ${url} does not list "a". It has: none.`,
  ]);
});

test.each(["<html>", "[]", ""])("a server that answers %j is not judged", async (body) => {
  answers = body;
  expect(await troubles([published(url, "a")])).toEqual([]);
});

test("a server that is not there is told once, whatever it was to serve", async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const dead = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
  await new Promise((resolve) => gone.close(resolve));
  expect(await troubles([published(dead, "a"), published(dead, "b")])).toEqual([
    `No model server answers at ${dead} (nothing listens there): requests will fail until one does.`,
  ]);
});
