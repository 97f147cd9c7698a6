import { describe, expect, test } from "vitest";
import { type KindName, kindsByName } from "../kinds/index.ts";
import { validate } from "./validate.ts";

const faults = (kind: KindName, body: Record<string, unknown>) => {
  const result = validate(kindsByName[kind], { name: "x", ...body });
  return result.ok ? [] : result.faults.map((f) => `${f.path}: ${f.message}`);
};

const openbao = { type: "openbao" };
const here = { url: "https://bao.example.com" };

describe("fields that do not go together", () => {
  const cases: [string, KindName, Record<string, unknown>, string[]][] = [
    [
      "a prompt of two owners",
      "prompt",
      { content: "a", project: "p", agent: "a" },
      ["agent: can't be given together with project"],
    ],
    ["a prompt of one", "prompt", { content: "a", agent: "a" }, []],
    ["a prompt without a text", "prompt", {}, ["content: is required, unless linkTarget provides the text"]],
    ["a prompt with a link for a text", "prompt", { linkTarget: "p/s:file:///x" }, []],
    ["a server of nothing", "server", {}, ["packageName: one of packageName, dockerImage, url is required"]],
    [
      "a server of two sources",
      "server",
      { dockerImage: "a", url: "http://x" },
      ["url: can't be given together with dockerImage"],
    ],
    ["a package without its registry", "server", { packageName: "a" }, ["runtime: is required with packageName"]],
    [
      "a runtime without a package",
      "server",
      { dockerImage: "a", runtime: "node" },
      ["runtime: is only for packageName"],
    ],
    [
      "a command for a package",
      "server",
      { packageName: "a", runtime: "node", command: ["x"] },
      ["command: is only for dockerImage"],
    ],
    [
      "a url over stdio",
      "server",
      { url: "http://x", transport: "stdio" },
      ["transport: must be sse or streamable-http with url"],
    ],
    [
      "an image that listens nowhere",
      "server",
      { dockerImage: "a", transport: "sse" },
      ["containerPort: is required with transport sse: the port on which the server listens"],
    ],
    ["an image that listens", "server", { dockerImage: "a", transport: "sse", containerPort: 80 }, []],
    [
      "a port without a listener",
      "server",
      { dockerImage: "a", containerPort: 80 },
      ["containerPort: can't be used with stdio: set transport"],
    ],
    [
      "a variable without a value",
      "server",
      { dockerImage: "a", env: [{ name: "A" }] },
      ["env[0]: needs a value or valueFrom"],
    ],
    [
      "a variable twice",
      "server",
      {
        dockerImage: "a",
        env: [
          { name: "A", value: "" },
          { name: "A", value: "" },
        ],
      },
      ['env[1].name: "A" is given twice'],
    ],
    [
      "headers in two cases",
      "server",
      {
        url: "http://x",
        headers: [
          { name: "A", value: "" },
          { name: "a", value: "" },
        ],
      },
      ['headers[1].name: "a" is given twice'],
    ],
    [
      "a prompt attached twice",
      "personality",
      { agent: "a", prompts: [{ prompt: "p" }, { prompt: "p" }] },
      ['prompts[1].prompt: "p" is attached already'],
    ],
    [
      "settings of plaintext",
      "secretbackend",
      { type: "plaintext", config: here },
      ["config.url: plaintext has no settings"],
    ],
    [
      "openbao without settings",
      "secretbackend",
      openbao,
      ["config.url: is required: the URL of OpenBao", "config.auth: is required: token or kubernetes"],
    ],
    [
      "a token that is nowhere",
      "secretbackend",
      { ...openbao, config: { ...here, auth: "token" } },
      ["config.tokenSecretRef: is required with auth: token"],
    ],
    [
      "the other way's fields",
      "secretbackend",
      { ...openbao, config: { ...here, auth: "kubernetes", role: "r", tokenSecretRef: { name: "s", key: "k" } } },
      ["config.tokenSecretRef: is not for auth: kubernetes"],
    ],
  ];
  test.each(cases)("%s", (_, kind, body, expected) => {
    expect(faults(kind, body)).toEqual(expected);
  });
});
