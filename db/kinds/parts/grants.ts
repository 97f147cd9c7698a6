/** Roles, bindings and operations: what a permission is made of (docs/rights.md). */
import { z } from "zod";

export const roles = ["view", "create", "edit", "delete", "run"] as const;
export type Role = (typeof roles)[number];

/** Privileged actions that are not about one kind. */
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

/** Values of `resource` in a binding, besides `*`. The index of kinds fills the set, because this file must not import the index. */
export const bindableResources = new Set<string>();

export const binding = z.strictObject({
  role: z.enum(roles).describe("`edit` includes view, create and delete. No other role includes `run`."),
  resource: z
    .string()
    .refine((r) => r === "*" || bindableResources.has(r), {
      error: () => `expected one of *, ${[...bindableResources].sort().join(", ")}`,
      // For suggestions. A getter, because the set is filled later.
      params: {
        get oneOf() {
          return ["*", ...[...bindableResources].sort()];
        },
      },
    })
    .meta({
      description: "Plural of a kind, or `*` for all kinds.",
      get enum() {
        return ["*", ...[...bindableResources].sort()];
      },
    }),
  name: z.string().min(1).max(253).optional().describe("Limits the binding to the resource with this name."),
});
export type Binding = z.infer<typeof binding>;

export const operationBinding = z.strictObject({
  role: z.literal("run").default("run"),
  action: z.enum(operations).describe("The operation."),
});
