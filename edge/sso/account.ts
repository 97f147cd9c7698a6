/** Which user a provider's account is: pure. */
import { type ErrorCode, Refusal } from "#db/protocol/errors";
import type { Person } from "./claims.ts";
import type { Provider } from "./settings.ts";

export interface Found {
  /** User whose identity this account is. */
  known: string | undefined;
  /** User with the account's address, looked for only where the address is proven. */
  byEmail: { userId: string; linked: boolean } | undefined;
}

export type Decision =
  | { do: "log-in"; userId: string }
  | { do: "link"; userId: string }
  | { do: "create"; email: string };

type Rules = Pick<Provider, "name" | "domains" | "createUsers">;

/** @throws Refusal not_allowed for somebody whom the rules keep out, whatever else is known of them */
export function keepOut({ email, emailVerified }: Person, { name, domains }: Rules): void {
  if (!domains) return;
  const domain = emailVerified ? email?.split("@").at(-1) : undefined;
  if (domain !== undefined && domains.includes(domain)) return;
  if (email !== undefined && !emailVerified) throw unproven(email, name);
  throw no("not_allowed", `Only addresses of ${domains.join(", ")} may log in here, and ${email ?? "yours"} is none.`, {
    hint: `Log in at ${name} with another account.`,
  });
}

/** @throws Refusal not_allowed for somebody who is nobody here and does not become somebody */
export function decideAccount(person: Person, found: Found, rules: Rules): Decision {
  const { email, emailVerified } = person;
  if (found.known !== undefined) return { do: "log-in", userId: found.known };
  if (email === undefined)
    throw no("not_allowed", `${rules.name} told no e-mail address, so nobody here can be meant.`, {
      hint: "Whoever runs this edge should have the provider send `email`, and ask for the scope `email`.",
    });
  if (!emailVerified) throw unproven(email, rules.name);
  if (found.byEmail?.linked)
    // An address that was given to somebody else must not open the account of who had it before.
    throw no("not_allowed", `${email} belongs to a user who logs in with another account of ${rules.name}.`, {
      hint: "An administrator can remove that link: `mcpctl auth unlink USER`.",
    });
  if (found.byEmail) return { do: "link", userId: found.byEmail.userId };
  if (!rules.createUsers)
    throw no("not_allowed", `There is no user with the address ${email} here.`, {
      hint: "Ask an administrator for an account: `mcpctl create user NAME --email ADDRESS`.",
    });
  return { do: "create", email };
}

const no = (code: ErrorCode, message: string, details: { hint: string }) => new Refusal(code, message, details);

function unproven(email: string, provider: string): Refusal {
  return no("not_allowed", `${provider} does not say that ${email} is proven to be yours.`, {
    hint: `Confirm the address at ${provider}, then start again.`,
  });
}
