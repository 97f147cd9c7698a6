/** The provider's accounts that log in as a user. */
import { Failure, usage } from "../failure.ts";
import { one, optional, verb } from "../verb.ts";

export const unlink = verb({
  about: "Unlink an account at the OpenID provider from a user. The account can't log in as this user any more.",
  examples: ["mcpctl auth unlink ada"],
  args: {
    user: one("The user.", { from: "names", kind: "user" }),
    id: optional("Id of the account, as `describe user` shows it. Required if there are several."),
  },
  flags: {},
  forms: [],
  async run({ user, id }, { api, io }) {
    const edge = await api();
    const at = `/api/v1/users/${encodeURIComponent(user)}/identities`;
    const { items } = await edge.call("GET", at);
    const known = (Array.isArray(items) ? items : []) as Record<string, unknown>[];
    const meant = known.filter((i) => id === undefined || i["id"] === id || i["subject"] === id);
    if (meant.length > 1)
      throw usage(
        `${user} has several linked accounts.`,
        `Choose one: ${meant.map((i) => `${String(i["id"])} (${String(i["issuer"])})`).join(", ")}`,
      );
    const [found] = meant;
    if (!found) throw new Failure(`${user} has no such linked account.`, { exit: 3 });
    await edge.call("DELETE", `${at}/${encodeURIComponent(String(found["id"]))}`);
    io.err(`Account ${String(found["subject"])} of ${String(found["issuer"])} unlinked from ${user}.\n`);
  },
});
