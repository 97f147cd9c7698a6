/** Roles, bindings and operations: what a permission is made of (spec: auth.md, RBAC). */
import { z } from "zod";

export const roles = ["view", "create", "edit", "delete", "run"] as const;
export type Role = (typeof roles)[number];

/** Things that can be run which are not resources. */
export const operations = [
  "logs",
  "backup",
  "restore",
  "impersonate",
  "audit-purge",
  "migrate-secrets",
  "rotate-secretbackend",
] as const;
export type Operation = (typeof operations)[number];

/** Resource names that a binding may give besides `*`; filled by the index of kinds, which this file must not import. */
export const bindableResources = new Set<string>();

export const binding = z.strictObject({
  role: z.enum(roles).describe("`edit` includes view, create and delete; nothing includes `run` but itself."),
  resource: z
    .string()
    .refine((r) => r === "*" || bindableResources.has(r), {
      error: () => `expected one of *, ${[...bindableResources].sort().join(", ")}`,
      // For a near spelling; read when it is needed, as the set is filled later.
      params: {
        get oneOf() {
          return ["*", ...[...bindableResources].sort()];
        },
      },
    })
    .meta({
      description: "A kind's plural, or `*` for all.",
      get enum() {
        return ["*", ...[...bindableResources].sort()];
      },
    }),
  name: z.string().min(1).max(253).optional().describe("Only this one."),
});
export type Binding = z.infer<typeof binding>;

export const operationBinding = z.strictObject({
  role: z.literal("run").default("run"),
  action: z.enum(operations).describe("The operation that may be run."),
});
