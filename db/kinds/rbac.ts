import { z } from "zod";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";
import { binding, operationBinding } from "./parts/grants.ts";
import { accountName, defaultCluster } from "./parts/service-account.ts";

const subject = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("User"), name: ref("user").describe("A user's name or e-mail address.") }),
  z.strictObject({ kind: z.literal("Group"), name: ref("group") }),
  z.strictObject({
    kind: z.literal("McpToken"),
    name: ref("mcptoken").describe("SHA-256 of the token, in hexadecimal."),
  }),
  z.strictObject({
    kind: z.literal("ServiceAccount"),
    name: accountName.describe("A Kubernetes service account, as namespace/name."),
    cluster: ref("cluster")
      .default(defaultCluster)
      .describe("The cluster of the service account. Accounts with the same name in other clusters get no rights."),
  }),
]);

export const rbac = kind({
  name: "rbac",
  plural: "rbac",
  about: "A definition of rights: every subject gets every binding.",
  spec: z.strictObject({
    subjects: z.array(subject).max(1000).default([]).describe("Principals and groups that get the rights."),
    bindings: z.array(binding).max(1000).default([]).describe("Rights on resources."),
    operations: z.array(operationBinding).max(100).default([]).describe("Rights to run operations."),
    description,
  }),
  searched: ["subjects", "bindings"],
  columns: { SUBJECTS: "subjects", BINDINGS: "bindings", OPERATIONS: "operations" },
});
