/** What providers say about users, for who may look at them: accounts that are linked, and who is in a group because of it. */
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { kindsByName } from "#db/kinds/index";
import { refuse } from "#db/protocol/errors";
import { identity, providedMember, resources } from "#db/tables/index";
import { may, type Route, route } from "../../http/route.ts";
import { groupToUser, guardOfUser } from "../../identity/profile.ts";
import { recordAuth } from "../../login/auth-event.ts";
import { nameInPath, rowInPath } from "../../resources/request.ts";

const { user, group } = resources;

const shownIdentity = z.object({
  id: z.string(),
  issuer: z.string(),
  subject: z.string(),
  email: z.string().nullable().describe("As the provider last told it."),
  createdAt: z.iso.datetime(),
  lastLoginAt: z.iso.datetime(),
});

const member = z.object({
  name: z.string(),
  from: z.string().describe("`members` for the group's own document, else the issuer whose claim says so."),
});

const columns = {
  id: identity.id,
  issuer: identity.issuer,
  subject: identity.subject,
  email: identity.email,
  createdAt: identity.createdAt,
  lastLoginAt: identity.lastLoginAt,
};

/** Shown at most; a group's document says how many it names, and nobody reads more. */
const MOST = 1_000;

export const identityRoutes: readonly Route[] = [
  route(
    "GET",
    "/api/v1/users/:name/identities",
    may("view", "users", { name: (call) => nameInPath(call, kindsByName.user) }),
    {
      tag: "users",
      summary: "The provider's accounts that log in as this user, and the groups that they bring.",
      answer: { status: 200, schema: z.object({ items: z.array(shownIdentity), groups: z.array(z.string()) }) },
    },
    async (call) => {
      const { db } = call.deps.store;
      const row = await rowInPath(call, kindsByName.user);
      const [found, groups] = await Promise.all([
        db.select(columns).from(identity).where(eq(identity.userId, row.id)).orderBy(identity.issuer, identity.subject),
        db
          .selectDistinct({ name: group.name })
          .from(providedMember)
          .innerJoin(group, eq(group.id, providedMember.groupId))
          .where(eq(providedMember.userId, row.id))
          .orderBy(group.name),
      ]);
      const iso = (at: string) => new Date(at).toISOString();
      const items = found.map((i) => ({ ...i, createdAt: iso(i.createdAt), lastLoginAt: iso(i.lastLoginAt) }));
      return Response.json({ items, groups: groups.map((g) => g.name) });
    },
  ),
  route(
    "DELETE",
    "/api/v1/users/:name/identities/:id",
    may("edit", "users", { name: (call) => nameInPath(call, kindsByName.user) }),
    {
      tag: "users",
      summary: "Unlink a provider's account from this user. What it brought goes with it; logins that are open stay.",
      answer: { status: 204 },
    },
    async (call) => {
      const row = await rowInPath(call, kindsByName.user);
      const id = call.params["id"] ?? "";
      const gone = await call.deps.store.transaction(async (tx) => {
        const [unlinked] = await tx
          .delete(identity)
          .where(and(eq(identity.userId, row.id), eq(identity.id, id)))
          .returning({ issuer: identity.issuer, subject: identity.subject });
        if (!unlinked) return undefined;
        const { issuer } = unlinked;
        await tx
          .delete(providedMember)
          .where(and(eq(providedMember.userId, row.id), eq(providedMember.issuer, issuer)));
        return unlinked;
      });
      if (!gone)
        refuse("not_found", `The user ${JSON.stringify(row.name)} has no such account.`, {
          hint: `\`GET /api/v1/users/${row.name}/identities\` lists them.`,
        });
      await call.deps.access.credentialsChanged(guardOfUser(row.id));
      recordAuth(call, { action: "identity-unlinked", user: row.name, ...gone });
      return new Response(null, { status: 204 });
    },
  ),
  route(
    "GET",
    "/api/v1/groups/:name/members",
    may("view", "groups", { name: (call) => nameInPath(call, kindsByName.group) }),
    {
      tag: "groups",
      summary: "Who is in this group: by its document, and by what a provider says. At most 1,000 of each.",
      answer: { status: 200, schema: z.object({ items: z.array(member) }) },
    },
    async (call) => {
      const { db } = call.deps.store;
      const row = await rowInPath(call, kindsByName.group);
      const { rows } = await db.execute(sql`
        (select distinct ${user.name} as name, 'members' as "from" from ${groupToUser}
          join ${user} on ${user.id} = ${groupToUser.toId} where ${groupToUser.fromId} = ${row.id} order by 1 limit ${MOST})
        union all
        (select ${user.name}, ${providedMember.issuer} from ${providedMember}
          join ${user} on ${user.id} = ${providedMember.userId} where ${providedMember.groupId} = ${row.id} order by 1 limit ${MOST})`);
      return Response.json({ items: z.array(member).parse(rows) });
    },
  ),
];
