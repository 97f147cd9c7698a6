/** What is read is what was written: any document of any kind goes out as YAML and comes back as it was. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { Kind } from "#db/schema/kind";
import { readManifests } from "../../cli/documents/read.ts";
import { manifest, toYaml } from "../../cli/render/manifest.ts";
import { verifies } from "../requirements.ts";
import { nameOf, startWorld, type World, writable } from "./round-trip-world.ts";
import { draftOf, labelled } from "./valid-arbitrary.ts";

/** So that all kinds together take some ten seconds. A slow machine tries fewer, and each kind at least once. */
const msPerKind = 700;
const resource = z.looseObject({ id: z.string(), name: z.string(), resourceVersion: z.string() });

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.edge.stop());

/** Through the very text that `mcpctl get -o yaml` prints. */
async function throughYaml(kind: Kind, shown: z.infer<typeof resource>): Promise<Record<string, unknown>> {
  const text = await toYaml([manifest(kind, shown)]);
  const { manifests, faults } = readManifests(text, "yaml");
  expect(faults).toEqual([]);
  expect(manifests.map((m) => [m.kind.name, m.name])).toEqual([[kind.name, shown.name]]);
  return { ...manifests[0]?.body };
}

describe.each(writable.map((kind) => ({ kind, plural: kind.plural })))("$plural", ({ kind, plural }) => {
  test(
    verifies(
      ["cli.round-trip", "resources.unchanged"],
      "come back from YAML unchanged, and are made again as they were",
    ),
    async () => {
      let trips = 0;
      const deadline = performance.now() + msPerKind;
      const drafts = fc.record({ name: nameOf, labels: labelled, draft: draftOf(kind, world.names) });
      await fc.assert(
        fc.asyncProperty(drafts, async ({ name, labels, draft }) => {
          if (trips > 0 && performance.now() > deadline) return;
          const accepted = await world.accepted(kind, name, draft);
          fc.pre(accepted !== undefined);
          const { api } = world;
          const body = { ...accepted, labels, ...world.switches(kind) };
          const made = resource.parse(await api.create(plural, body));
          const again = await throughYaml(kind, made);
          if (kind.verbs.includes("edit")) {
            const put = await api.call("PUT", `/api/v1/${plural}/${made.id}`, again);
            expect(put.status, JSON.stringify(put.body)).toBe(200);
            expect(put.body).toMatchObject({ resourceVersion: made.resourceVersion });
          }
          await leave(kind, made.id);
          expect((await api.call("GET", `/api/v1/${plural}/${made.id}`)).status).toBe(404);
          const remade = resource.parse(await api.create(plural, { ...again, ...world.switches(kind) }));
          expect(manifest(kind, remade)).toEqual(manifest(kind, made));
          await leave(kind, remade.id);
          trips++;
        }),
        { numRuns: 25, endOnFailure: true },
      );
      expect(trips).toBeGreaterThan(0);
    },
  );
});

/** Deletes it. Of what exactly one has, another takes over first. */
async function leave(kind: Kind, id: string): Promise<void> {
  const { api } = world;
  if (kind.exactlyOne) {
    const heir = `/api/v1/${kind.plural}/${world.names(kind.name)[0]}`;
    expect((await api.call("PATCH", heir, { [kind.exactlyOne]: true })).status).toBe(200);
  }
  const gone = await api.call("DELETE", `/api/v1/${kind.plural}/${id}`);
  expect(gone.status, JSON.stringify(gone.body)).toBe(200);
}

test("no document of a round trip made a fault inside the edge", () => {
  expect(world.edge.log()).not.toMatch(/requestId/);
});
