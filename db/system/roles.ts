/** Example definitions. They have no subjects, so they grant nothing. */
import type { z } from "zod";
import type { rbac } from "../kinds/rbac.ts";

export const exampleRoles: Readonly<Record<string, z.input<typeof rbac.spec>>> = {
  "example-auditor": {
    description: "Can view everything, but not change or run anything. Add subjects.",
    bindings: [{ role: "view", resource: "*" }],
  },
  "example-catalogue-editor": {
    description: "Can manage models, servers, agents and prompts, but not run them or view rights.",
    bindings: ["llms", "servers", "templates", "agents", "prompts", "promptrequests", "projects"].map((resource) => ({
      role: "edit",
      resource,
    })),
  },
  "example-model-user": {
    description: "Can run and view every model.",
    bindings: [
      { role: "run", resource: "llms" },
      { role: "view", resource: "llms" },
    ],
  },
  "example-operator": {
    description: "Can read logs of servers, make backups, and rotate and migrate secrets.",
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
