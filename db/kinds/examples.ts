/**
 * A document of each kind that people write: the least that makes sense, and one that shows more. They refer to each other
 * and to nothing else, so all of them together are a catalogue that can be applied; tests do.
 */
import type { z } from "zod";
import type { envelope, KindName, kindsByName } from "./index.ts";

type Written<N extends KindName> = z.input<(typeof kindsByName)[N]["spec"]> &
  Omit<z.input<typeof envelope>, "kind"> & { kind: N };

export interface Examples<N extends KindName> {
  least: Written<N>;
  fuller: Written<N>;
}

export const examples: { readonly [N in KindName]?: Examples<N> } = {
  secretbackend: {
    least: { kind: "secretbackend", name: "store", type: "plaintext" },
    fuller: {
      kind: "secretbackend",
      name: "vault",
      type: "openbao",
      config: {
        url: "https://vault.example.com:8200",
        mount: "team/kv",
        auth: "token",
        tokenSecretRef: { name: "vault-login", key: "token" },
      },
      description: "OpenBao of the platform team.",
    },
  },
  secret: {
    least: { kind: "secret", name: "vault-login", data: { token: "not-a-real-token" } },
    fuller: {
      kind: "secret",
      name: "provider",
      labels: { team: "research" },
      backend: "store",
      data: { key: "not-a-real-key", organisation: "org-example" },
      description: "Of the account that research pays for.",
    },
  },
  template: {
    least: { kind: "template", name: "clock", server: { packageName: "mcp-server-time", runtime: "python" } },
    fuller: {
      kind: "template",
      name: "notes",
      description: "Reads and writes notes in one directory.",
      homepage: "https://example.com/notes",
      server: {
        packageName: "@modelcontextprotocol/server-filesystem",
        runtime: "node",
        args: ["{{directory}}"],
        env: [
          { name: "LOG_LEVEL", value: "{{level}}" },
          { name: "API_TOKEN", value: "{{token}}" },
        ],
      },
      parameters: {
        directory: { description: "Where the notes are.", default: "/data" },
        level: { values: ["debug", "info", "warn"], default: "info" },
        token: { description: "SECRET/KEY that holds the token.", secret: true },
      },
    },
  },
  cluster: {
    least: { kind: "cluster", name: "home" },
    fuller: {
      kind: "cluster",
      name: "office",
      orchestrator: "kubernetes",
      labels: { region: "eu" },
      description: "Two machines under a desk.",
    },
  },
  llm: {
    least: { kind: "llm", name: "gpt", type: "openai", model: "gpt-5" },
    fuller: {
      kind: "llm",
      name: "llama",
      labels: { team: "research" },
      type: "vllm",
      model: "meta-llama/Llama-3.3-70B-Instruct",
      url: "https://llama.example.com/v1",
      tier: "heavy",
      apiKeyRef: { name: "provider", key: "key" },
      contextWindow: 131_072,
      timeouts: { firstByte: 60_000, idle: 30_000 },
      description: "On the machines of the research group.",
    },
  },
  user: {
    least: { kind: "user", name: "ada", email: "ada@example.com" },
    fuller: {
      kind: "user",
      name: "grace",
      email: "grace@example.com",
      displayName: "Grace",
      password: "correct horse battery staple",
    },
  },
  group: {
    least: { kind: "group", name: "guests" },
    fuller: {
      kind: "group",
      name: "research",
      members: ["ada", "grace@example.com"],
      description: "Who works on the papers.",
    },
  },
  project: {
    least: { kind: "project", name: "handbook" },
    fuller: {
      kind: "project",
      name: "papers",
      owner: "ada",
      members: ["ada", "grace"],
      servers: ["files"],
      instructions: "Sources are in /data/sources. Quote them.",
      gated: true,
      tools: { deny: ["files__write*"] },
      description: "Reading and writing papers.",
    },
  },
  server: {
    least: { kind: "server", name: "time", packageName: "mcp-server-time", runtime: "python" },
    fuller: {
      kind: "server",
      name: "files",
      packageName: "@modelcontextprotocol/server-filesystem",
      runtime: "node",
      args: ["/data"],
      env: [
        { name: "LOG_LEVEL", value: "info" },
        { name: "API_TOKEN", valueFrom: { secretRef: { name: "provider", key: "key" } } },
      ],
      replicas: 2,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
      healthCheck: { tool: "list_directory", arguments: { path: "/data" }, interval: 60 },
      networkPolicy: { egress: [{ to: "example.com", ports: [443] }] },
      cluster: "home",
      template: "notes",
      description: "The sources of the papers.",
    },
  },
  prompt: {
    least: { kind: "prompt", name: "style", content: "Be brief." },
    fuller: {
      kind: "prompt",
      name: "citations",
      project: "papers",
      priority: 8,
      summary: "How sources are cited.",
      chapters: ["In the text", "In the list of sources"],
      content: "## In the text\nName and year.\n\n## In the list of sources\nAs the publisher asks.\n",
    },
  },
  promptrequest: {
    least: { kind: "promptrequest", name: "tone", content: "Be kind." },
    fuller: {
      kind: "promptrequest",
      name: "figures",
      project: "papers",
      priority: 6,
      summary: "How figures are captioned.",
      content: "A caption says what to see, not what is shown.",
      reason: "Three reviews asked for it.",
    },
  },
  agent: {
    least: { kind: "agent", name: "helper", llm: "gpt" },
    fuller: {
      kind: "agent",
      name: "librarian",
      labels: { team: "research" },
      llm: "llama",
      systemPrompt: "You find sources and say where they are from.",
      project: "papers",
      defaultParams: { temperature: 0.2, max_tokens: 4096, tools_allowlist: ["files__read_file"] },
      extras: { maxIterations: 20 },
      description: "Finds what has been written already.",
    },
  },
  personality: {
    least: { kind: "personality", name: "terse", agent: "helper" },
    fuller: {
      kind: "personality",
      name: "thorough",
      agent: "librarian",
      prompts: [{ prompt: "citations", priority: 9 }, { prompt: "style" }],
      description: "For the last reading.",
    },
  },
  rbac: {
    least: {
      kind: "rbac",
      name: "ada-asks-gpt",
      subjects: [{ kind: "User", name: "ada" }],
      bindings: [{ role: "run", resource: "llms", name: "gpt" }],
    },
    fuller: {
      kind: "rbac",
      name: "research",
      subjects: [
        { kind: "Group", name: "research" },
        { kind: "User", name: "grace@example.com" },
      ],
      bindings: [
        { role: "view", resource: "*" },
        { role: "run", resource: "llms" },
        { role: "edit", resource: "prompts" },
      ],
      operations: [{ action: "logs" }],
      description: "What the research group may do.",
    },
  },
  mcptoken: {
    least: { kind: "mcptoken", name: "ci", bindings: [{ role: "run", resource: "llms", name: "gpt" }] },
    fuller: {
      kind: "mcptoken",
      name: "notebook",
      project: "papers",
      expiry: "30d",
      bindings: [
        { role: "run", resource: "llms" },
        { role: "run", resource: "agents", name: "librarian" },
      ],
      description: "For the notebooks of the research group.",
    },
  },
};
