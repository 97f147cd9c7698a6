import { kindsByName, type SpecOf } from "#db/kinds/index";
import type { Behaviour } from "./behaviour.ts";
import { mayHandOver } from "./secret-use.ts";

const { spec } = kindsByName.server;

/** Names of the secrets whose values the server gets. */
function secretsOf({ env, headers }: SpecOf<"server">): string[] {
  return [...env, ...headers].flatMap(({ valueFrom }) => valueFrom?.secretRef.name ?? []);
}

export const server: Behaviour = {
  beforeWrite({ caller, previous, next }) {
    const now = spec.parse(next.spec);
    const before = previous && spec.parse(previous.spec);
    const had = before ? secretsOf(before) : [];
    // Whoever says what runs, where, and with what around it says where the values that it has already go, too.
    const moved = before !== undefined && (sourceOf(before) !== sourceOf(now) || adds(before, now));
    mayHandOver(
      caller,
      secretsOf(now).filter((name) => moved || !had.includes(name)),
      `the server ${next.name}`,
    );
  },
};

/** What decides who reads the values. */
const sourceOf = (s: SpecOf<"server">): string =>
  JSON.stringify([s.packageName, s.dockerImage, s.url, s.command, s.args, s.runtime, s.cluster, s.networkPolicy]);

/** A variable can name a registry or a file to load first, and a header a host. One that goes says nothing new. */
function adds(before: SpecOf<"server">, now: SpecOf<"server">): boolean {
  const held = new Set([...before.env, ...before.headers].map((setting) => JSON.stringify(setting)));
  return [...now.env, ...now.headers].some((setting) => !held.has(JSON.stringify(setting)));
}
