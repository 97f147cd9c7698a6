/** One good document of every kind that can be created, and a change to it, in an order in which references exist. */
import { type KindName, kindsByName } from "#db/kinds/index";
import type { Kind } from "#db/schema/kind";

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
    "template",
    {
      name: "files",
      server: { packageName: "@modelcontextprotocol/server-filesystem", runtime: "node", args: ["{{directory}}"] },
      parameters: { directory: { default: "/data" } },
    },
    { parameters: { directory: { description: "Where." } } },
  ],
  [
    "server",
    {
      name: "fs",
      packageName: "@modelcontextprotocol/server-filesystem",
      runtime: "node",
      env: [
        { name: "TOKEN", valueFrom: { secretRef: { name: "keys", key: "two" } } },
        { name: "LEVEL", value: "info" },
      ],
      healthCheck: { tool: "list_directory", arguments: { path: "/", depth: [1, { a: null }] } },
      networkPolicy: { egress: [{ to: "example.com" }] },
      cluster: "prod",
      template: "files",
    },
    { replicas: 2, resources: { limits: { memory: "512Mi" } } },
  ],
  [
    "project",
    { name: "research", members: ["eve"], servers: ["fs"], tools: { deny: ["fs__write*"] } },
    { gated: true },
  ],
  [
    "prompt",
    { name: "style", content: "Be brief.", project: "research", priority: 7 },
    { content: "Be brief, please." },
  ],
  ["promptrequest", { name: "tone", content: "Be kind.", reason: "They asked for it." }, { priority: 1 }],
  [
    "agent",
    {
      name: "scribe",
      llm: "gpt",
      project: "research",
      systemPrompt: "You write.",
      defaultParams: { temperature: 0.2, extra: { seed: [1] } },
    },
    { extras: { maxIterations: 3 } },
  ],
  [
    "personality",
    { name: "terse", agent: "scribe", prompts: [{ prompt: "style", priority: 2 }] },
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
