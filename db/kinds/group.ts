import { z } from "zod";
import { description, ref } from "../schema/field.ts";
import { kind } from "../schema/kind.ts";

export const group = kind({
  name: "group",
  plural: "groups",
  about: "A set of users that get rights together.",
  spec: z.strictObject({
    members: z.array(ref("user")).max(10_000).default([]).describe("Names or e-mail addresses of users."),
    description,
  }),
  columns: { MEMBERS: "members" },
});
