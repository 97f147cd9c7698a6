/**
 * What `describe` tells beside the resource itself, section by section. A section that has nothing to tell is left out; one that
 * the caller may not see says so.
 */

import type { Api, Shown } from "../connection/api.ts";
import { Failure } from "../failure.ts";
import { latestAbout } from "../kinds/auditevent.ts";
import type { Entry, Section } from "../kinds/hook.ts";
import { hooksOf } from "../kinds/index.ts";
import type { AnyKind } from "../kinds.ts";
import { relative } from "../render/age.ts";
import type { Tools } from "../verb.ts";
import { reach } from "./reach.ts";
import { referrers } from "./referrers.ts";
import { within } from "./within.ts";

/** Of every kind, in the order in which they are shown. */
const sections: readonly Section[] = [
  { title: "Has", tell: within },
  { title: "Referred to by", tell: referrers },
  { title: "Reached by", tell: (kind, resource, api) => reach(kind, resource.id, api) },
  { title: "Latest events", tell: (kind, resource, api, { now }) => happened(kind, resource, api, now()) },
];

/** More are told by `mcpctl events`. */
const shownEvents = 5;

/** When, then what and by whom: `changed by ada`. */
async function happened(kind: AnyKind, resource: Shown, api: Api, now: number): Promise<Entry[]> {
  const events = await latestAbout(api, `${kind.name}/${resource.name}`, shownEvents);
  return (events ?? []).map(({ createdAt, action, type, principal }) => [
    relative(Date.parse(String(createdAt)), now),
    `${action ?? type} by ${principal ?? "unknown"}`,
  ]);
}

export async function tellSections(
  kind: AnyKind,
  resource: Shown,
  api: Api,
  tools: Pick<Tools, "now">,
): Promise<Entry[]> {
  const { describe = [] } = await hooksOf(kind.name);
  return Promise.all(
    [...describe, ...sections].map(async ({ title, tell }): Promise<Entry> => {
      try {
        return [title, await tell(kind, resource, api, tools)];
      } catch (error) {
        // Whoever may see a resource need not see all around it.
        if (error instanceof Failure && error.exit === 4 && error.code !== "not_authenticated")
          return [title, [["note", "you may not view it"]]];
        throw error;
      }
    }),
  );
}
