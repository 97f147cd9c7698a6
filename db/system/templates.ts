/** MCP servers that many want, ready to be made: `mcpctl create server NAME --from template/NAME --set key=value`. */
import type { z } from "zod";
import type { template } from "../kinds/template.ts";

type Template = z.input<typeof template.spec>;

const npm = (packageName: string, rest: Partial<Template["server"]> = {}): Template["server"] => ({
  packageName,
  runtime: "node",
  ...rest,
});
const pypi = (packageName: string, rest: Partial<Template["server"]> = {}): Template["server"] => ({
  packageName,
  runtime: "python",
  ...rest,
});

export const templates: Readonly<Record<string, Template>> = {
  filesystem: {
    description: "Reads and writes files below one directory.",
    homepage: "https://github.com/modelcontextprotocol/servers/tree/main/src/filesystem",
    server: npm("@modelcontextprotocol/server-filesystem", { args: ["{{directory}}"] }),
    parameters: { directory: { description: "The directory, where the server runs.", default: "/data" } },
  },
  memory: {
    description: "Keeps a knowledge graph between conversations.",
    homepage: "https://github.com/modelcontextprotocol/servers/tree/main/src/memory",
    server: npm("@modelcontextprotocol/server-memory", {
      env: [{ name: "MEMORY_FILE_PATH", value: "{{file}}" }],
    }),
    parameters: { file: { description: "Where it keeps the graph.", default: "/data/memory.json" } },
  },
  everything: {
    description: "Shows every feature of MCP: for trying out a client.",
    homepage: "https://github.com/modelcontextprotocol/servers/tree/main/src/everything",
    server: npm("@modelcontextprotocol/server-everything"),
  },
  "sequential-thinking": {
    description: "A tool to think step by step with.",
    homepage: "https://github.com/modelcontextprotocol/servers/tree/main/src/sequentialthinking",
    server: npm("@modelcontextprotocol/server-sequential-thinking"),
  },
  fetch: {
    description: "Fetches web pages as Markdown.",
    homepage: "https://github.com/modelcontextprotocol/servers/tree/main/src/fetch",
    server: pypi("mcp-server-fetch"),
  },
  time: {
    description: "Tells the time, and converts between time zones.",
    homepage: "https://github.com/modelcontextprotocol/servers/tree/main/src/time",
    server: pypi("mcp-server-time", { args: ["--local-timezone", "{{timezone}}"] }),
    parameters: { timezone: { description: "An IANA name, such as Europe/Warsaw.", default: "UTC" } },
  },
  git: {
    description: "Reads and changes a git repository.",
    homepage: "https://github.com/modelcontextprotocol/servers/tree/main/src/git",
    server: pypi("mcp-server-git", { args: ["--repository", "{{repository}}"] }),
    parameters: { repository: { description: "The repository's directory, where the server runs." } },
  },
  github: {
    description: "Issues, pull requests, code and actions of GitHub, at GitHub's own server.",
    homepage: "https://github.com/github/github-mcp-server",
    server: {
      url: "{{url}}",
      transport: "streamable-http",
      headers: [{ name: "Authorization", value: "{{authorization}}" }],
    },
    parameters: {
      url: { description: "GitHub's MCP endpoint.", default: "https://api.githubcopilot.com/mcp/" },
      authorization: { description: "SECRET/KEY that holds `Bearer` and a personal access token.", secret: true },
    },
  },
  gitlab: {
    description: "Projects, issues and merge requests of GitLab.",
    homepage: "https://github.com/zereight/gitlab-mcp",
    server: npm("@zereight/mcp-gitlab", {
      env: [
        { name: "GITLAB_API_URL", value: "{{url}}" },
        { name: "GITLAB_PERSONAL_ACCESS_TOKEN", value: "{{token}}" },
      ],
    }),
    parameters: {
      url: { description: "The API of your GitLab.", default: "https://gitlab.com/api/v4" },
      token: { description: "SECRET/KEY of a personal access token.", secret: true },
    },
  },
  gitea: {
    description: "Repositories, issues and pull requests of a Gitea or Forgejo.",
    homepage: "https://gitea.com/gitea/gitea-mcp",
    server: {
      dockerImage: "docker.gitea.com/gitea-mcp-server:{{version}}",
      env: [
        { name: "GITEA_HOST", value: "{{url}}" },
        { name: "GITEA_ACCESS_TOKEN", value: "{{token}}" },
      ],
    },
    parameters: {
      url: { description: "Where your Gitea answers, such as https://gitea.example.com." },
      token: { description: "SECRET/KEY of an access token.", secret: true },
      version: { description: "Tag of the image.", default: "latest" },
    },
  },
  postgres: {
    description: "Queries a PostgreSQL database and looks at its schema and plans.",
    homepage: "https://github.com/crystaldba/postgres-mcp",
    server: pypi("postgres-mcp", {
      args: ["--access-mode={{access}}"],
      env: [{ name: "DATABASE_URI", value: "{{database}}" }],
    }),
    parameters: {
      access: {
        description: "What it may do with the database.",
        values: ["restricted", "unrestricted"],
        default: "restricted",
      },
      database: { description: "SECRET/KEY of the connection string.", secret: true },
    },
  },
  playwright: {
    description: "Drives a browser: opens pages, clicks, fills in, takes pictures.",
    homepage: "https://github.com/microsoft/playwright-mcp",
    server: npm("@playwright/mcp", { args: ["--headless", "--browser", "{{browser}}"] }),
    parameters: {
      browser: { description: "Which browser.", values: ["chrome", "firefox", "webkit", "msedge"], default: "chrome" },
    },
  },
  docs: {
    description: "Current documentation of libraries, from Context7.",
    homepage: "https://github.com/upstash/context7",
    server: npm("@upstash/context7-mcp"),
  },
  slack: {
    description: "Channels and messages of Slack.",
    homepage: "https://github.com/korotovsky/slack-mcp-server",
    server: npm("slack-mcp-server", {
      args: ["--transport", "stdio"],
      env: [{ name: "SLACK_MCP_XOXP_TOKEN", value: "{{token}}" }],
    }),
    parameters: { token: { description: "SECRET/KEY of a user token (xoxp-…).", secret: true } },
  },
  kubernetes: {
    description: "Looks at and changes what runs in a Kubernetes cluster.",
    homepage: "https://github.com/containers/kubernetes-mcp-server",
    server: npm("kubernetes-mcp-server", { args: ["--read-only={{readOnly}}"] }),
    parameters: { readOnly: { description: "Whether it may only look.", values: ["true", "false"], default: "true" } },
  },
};
