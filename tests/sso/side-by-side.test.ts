/** Logins at once, over PostgreSQL proper: PGlite runs one transaction after the other, and would hide what they do to each other. */
import { expect, test } from "vitest";
import { startPostgres } from "../harness/test-store.ts";
import { startWorld } from "./world.ts";

test("first logins at the provider at once make one user, linked to one account", async (context) => {
  const postgres = await startPostgres();
  if (!postgres) return context.skip("there is no PostgreSQL on this machine");
  try {
    const world = await startWorld({ groupsClaim: "groups", groups: { a: "all" } }, postgres.databaseUrl);
    try {
      await world.admin.create("groups", { name: "all" });
      const ada = { email: "ada@example.com", email_verified: true, groups: ["a"] };
      for (const account of ["one", "two", "three"]) world.provider.accounts.set(account, ada);
      const name = (account: string) =>
        world.logIn(account).then(
          ({ user }) => user.name,
          () => "refused",
        );
      // Whichever of the accounts comes first has the address.
      const first = await Promise.all(["one", "two", "three"].map(name));
      expect(first.sort()).toEqual(["ada", "refused", "refused"]);
      const again = await Promise.all(Array.from({ length: 9 }, (_, i) => name(["one", "two", "three"][i % 3] ?? "")));
      expect(again.filter((n) => n === "ada")).toHaveLength(3);
      expect((await world.admin.read("/api/v1/users/ada/identities"))["items"]).toHaveLength(1);
      expect((await world.admin.read("/api/v1/groups/all/members"))["items"]).toEqual([
        { name: "ada", from: world.provider.issuer },
      ]);
    } finally {
      await world.stop();
    }
  } finally {
    await postgres.stop();
  }
});
