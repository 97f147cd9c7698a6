/** The provider's accounts that log in as a user. */
import { Failure, usage } from "../failure.ts";
import { one, optional, verb } from "../verb.ts";

export const unlink = verb({
  about: "Unlink a provider's account from a user: whoever has it is nobody here until it is linked anew.",
  examples: ["mcpctl auth unlink ada"],
  args: {
    user: one("The user.", { from: "names", kind: "user" }),
    id: optional("Which account, as `describe user` shows it, where there are several."),
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
        `${user} has several accounts.`,
        `Say which one: ${meant.map((i) => `${String(i["id"])} (${String(i["issuer"])})`).join(", ")}`,
      );
    const [found] = meant;
    if (!found) throw new Failure(`${user} has no such account at a provider.`, { exit: 3 });
    await edge.call("DELETE", `${at}/${encodeURIComponent(String(found["id"]))}`);
    io.err(`${user} is no longer ${String(found["subject"])} of ${String(found["issuer"])}.\n`);
  },
});
