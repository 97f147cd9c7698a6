/** Definitions to start from. They have no subjects, so they give nobody anything until somebody is named in them. */
import type { z } from "zod";
import type { rbac } from "../kinds/rbac.ts";

export const exampleRoles: Readonly<Record<string, z.input<typeof rbac.spec>>> = {
  "example-auditor": {
    description: "Reads everything, changes and spends nothing. Add subjects.",
    bindings: [{ role: "view", resource: "*" }],
  },
  "example-catalogue-editor": {
    description: "Manages models, servers, agents and prompts, without running them or reading who may do what.",
    bindings: ["llms", "servers", "templates", "agents", "prompts", "promptrequests", "projects"].map((resource) => ({
      role: "edit",
      resource,
    })),
  },
  "example-model-user": {
    description: "Asks every model, and sees which there are.",
    bindings: [
      { role: "run", resource: "llms" },
      { role: "view", resource: "llms" },
    ],
  },
  "example-operator": {
    description: "Reads the logs of servers, makes backups, and rotates and migrates secrets.",
    bindings: [
      { role: "view", resource: "servers" },
      { role: "view", resource: "instances" },
      { role: "view", resource: "secretbackends" },
    ],
    operations: [
      { action: "logs" },
      { action: "backup" },
      { action: "migrate-secrets" },
      { action: "rotate-secretbackend" },
    ],
  },
};
