import { kindsByName, type SpecOf } from "#db/resources/index";
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
    const had = previous ? secretsOf(spec.parse(previous.spec)) : [];
    // Whoever says what runs says where the values that it has already go, too.
    const moved = previous !== undefined && sourceOf(spec.parse(previous.spec)) !== sourceOf(now);
    mayHandOver(
      caller,
      secretsOf(now).filter((name) => moved || !had.includes(name)),
      `the server ${next.name}`,
    );
  },
};

/** What decides who reads the values. */
const sourceOf = ({ packageName, dockerImage, url, command, args, runtime }: SpecOf<"server">): string =>
  JSON.stringify([packageName, dockerImage, url, command, args, runtime]);
