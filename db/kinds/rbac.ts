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
    name: accountName.describe("namespace/name of a Kubernetes service account."),
    cluster: ref("cluster")
      .default(defaultCluster)
      .describe("Its cluster: another one's account of the same name is somebody else."),
  }),
]);

export const rbac = kind({
  name: "rbac",
  plural: "rbac",
  about: "Who may do what: every subject gets every binding.",
  spec: z.strictObject({
    subjects: z.array(subject).max(1000).default([]).describe("Who."),
    bindings: z.array(binding).max(1000).default([]).describe("What, on resources."),
    operations: z.array(operationBinding).max(100).default([]).describe("What, beside resources."),
    description,
  }),
  searched: ["subjects", "bindings"],
  columns: { SUBJECTS: "subjects", BINDINGS: "bindings", OPERATIONS: "operations" },
});
