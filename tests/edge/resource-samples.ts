/** One good document of every kind that can be created, and a change to it, in an order in which references exist. */
import { type KindName, kindsByName } from "#db/resources/index";
import type { Kind } from "#db/resources/kind";

export interface Sample {
  kind: Kind;
  document: Record<string, unknown> & { name: string };
  /** A merge patch that changes it; absent for what can't be edited. */
  change?: Record<string, unknown>;
}

const samples: [KindName, Sample["document"], Sample["change"]?][] = [
  ["secretbackend", { name: "vault", type: "plaintext", description: "a" }, { description: "b" }],
  ["secret", { name: "keys", data: { one: "canary-one", two: "canary-two" } }, { description: "b" }],
  [
    "llm",
    {
      name: "gpt",
      type: "openai",
      model: "gpt-5",
      url: "http://127.0.0.1:9/v1",
      apiKeyRef: { name: "keys", key: "one" },
      labels: { team: "a" },
      _skipAuthCheck: true,
    },
    { tier: "heavy", timeouts: { idle: 1_000 } },
  ],
  ["user", { name: "eve", email: "Eve@Example.com", password: "canary-password" }, { displayName: "Eve" }],
  ["group", { name: "team", members: ["eve", "admin@mcpctl.local"] }, { members: ["EVE@example.com"] }],
  ["project", { name: "research", members: ["eve"] }, { description: "b" }],
  [
    "cluster",
    {
      name: "prod",
      serviceAccounts: {
        issuer: "https://prod.example",
        jwks: { keys: [{ kty: "EC", kid: "k", crv: "P-256", x: "AA", y: "AA" }] },
      },
    },
    { description: "b" },
  ],
  [
    "rbac",
    {
      name: "readers",
      subjects: [
        { kind: "Group", name: "team" },
        { kind: "User", name: "eve@example.com" },
        { kind: "ServiceAccount", name: "ci/deployer", cluster: "prod" },
      ],
      bindings: [{ role: "view", resource: "llms", name: "gpt" }],
    },
    { operations: [{ role: "run", action: "logs" }] },
  ],
  ["mcptoken", { name: "ci", project: "research", expiry: "30d", bindings: [{ role: "run", resource: "llms" }] }],
];

export const everySample: readonly Sample[] = samples.map(([name, document, change]) => ({
  kind: kindsByName[name],
  document,
  ...(change ? { change } : {}),
}));
