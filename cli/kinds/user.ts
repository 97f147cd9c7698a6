import type { Api, Shown } from "../connection/api.ts";
import { newPassword } from "../connection/password.ts";
import type { AnyKind } from "../kinds.ts";
import { records } from "../render/records.ts";
import { toggle } from "../verb.ts";
import type { CreateHook, Entry, KindHook } from "./hook.ts";

const create: CreateHook = {
  examples: [
    "mcpctl create user ada --email ada@example.com",
    "mcpctl create user ada --email ada@example.com --password-stdin < password",
  ],
  replaces: ["password"],
  flags: {
    passwordStdin: toggle("--password-stdin", "Read the password from stdin."),
    noPassword: toggle(
      "--without-password",
      "Create the user without a password. Nobody can log in with a password as this user.",
    ),
  },
  async prepare(spec, given, tools) {
    if (given["noPassword"] !== true) spec["password"] = await newPassword(given["passwordStdin"] === true, tools);
    return undefined;
  },
};

/** The provider's accounts that log in as this user, and the groups that they bring. */
async function identities(_: AnyKind, { name }: Shown, api: Api): Promise<Entry[]> {
  const { items, groups } = await api.call("GET", `/api/v1/users/${encodeURIComponent(name)}/identities`);
  const accounts = records(items).map(
    (i): Entry => [
      String(i["issuer"]),
      `${String(i["subject"])}, last on ${String(i["lastLoginAt"])} (id ${String(i["id"])})`,
    ],
  );
  const from = Array.isArray(groups) && groups.length > 0 ? [["groups", groups.join(", ")] as const] : [];
  return [...accounts, ...from];
}

export default { create, describe: [{ title: "Logs in at", tell: identities }] } satisfies KindHook;
