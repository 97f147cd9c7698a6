import { z } from "zod";
import { description, ref } from "./field.ts";
import { kind } from "./kind.ts";

export const project = kind({
  name: "project",
  plural: "projects",
  shortNames: ["proj"],
  about: "What a team works on together: tokens, and later servers and prompts, belong to one.",
  spec: z.strictObject({
    members: z.array(ref("user")).max(10_000).default([]).describe("Names or e-mail addresses of users."),
    description,
  }),
  retired: {
    proxyMode: "every request goes through the edge",
    profiles: "what a server may do is said by the server and by rbac",
  },
  columns: { MEMBERS: "members", DESCRIPTION: "description" },
});
