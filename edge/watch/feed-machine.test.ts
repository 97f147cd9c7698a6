import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Event, type Feed, idle, step } from "./feed-machine.ts";
import { lookAfterFailure, lookAnyway, lookWhileUntold, nobodyFor } from "./times.ts";

const looked = { is: "looked", more: false } as const;
/** What became of it, and how often it looked. */
const having = (events: readonly Event[], at = 0, feed: Feed = idle) => {
  let looks = 0;
  for (const event of events) {
    const s = step(feed, event, at);
    feed = s.feed;
    if (s.look) looks++;
  }
  return { feed, looks };
};

describe("the object of a kind", () => {
  test("does nothing while nobody watches", () => {
    expect(having([{ is: "told" }, { is: "due" }, { is: "told" }])).toEqual({ feed: idle, looks: 0 });
    const left = having([{ is: "joined" }, looked, { is: "left" }, { is: "told" }]);
    expect(left).toMatchObject({ looks: 1, feed: { lookAt: undefined, looking: false } });
  });

  test("looks when it is told, once for many at a time", () => {
    const many = having([{ is: "joined" }, looked, { is: "told" }, { is: "told" }, { is: "told" }, looked, looked]);
    expect(many.looks).toBe(3);
  });

  test("looks again where there is more", () => {
    expect(having([{ is: "joined" }, { is: "looked", more: true }, { is: "looked", more: true }]).looks).toBe(3);
  });

  test("looks often while there may be some who don't know that somebody watches, then seldom", () => {
    const { feed } = having([{ is: "joined" }, looked], 1_000);
    expect(feed.lookAt).toBe(1_000 + lookWhileUntold);
    const later = 1_000 + 2 * nobodyFor;
    expect(having([{ is: "due" }, looked], later, feed).feed.lookAt).toBe(later + lookAnyway);
    // A second watcher changes nothing: everybody knows.
    expect(having([{ is: "joined" }, { is: "due" }, looked], later, feed).feed.lookAt).toBe(later + lookAnyway);
  });

  test("tries again after a failure", () => {
    expect(having([{ is: "joined" }, { is: "failed" }], 5).feed.lookAt).toBe(5 + lookAfterFailure);
  });

  test("whatever happens, looks one at a time, and knows when next as long as somebody watches", () => {
    const event: fc.Arbitrary<Event> = fc.constantFrom<Event>(
      { is: "joined" },
      { is: "left" },
      { is: "told" },
      { is: "due" },
      looked,
      { is: "looked", more: true },
      { is: "failed" },
    );
    fc.assert(
      fc.property(fc.array(event), (events) => {
        let feed = idle;
        let now = 0;
        for (const e of events) {
          // The shell tells a result of a look only, and nobody leaves who is not there.
          if ((e.is === "looked" || e.is === "failed") && !feed.looking) continue;
          if (e.is === "left" && feed.watchers === 0) continue;
          const was = feed;
          now += 100;
          const s = step(feed, e, now);
          feed = s.feed;
          if (s.look) expect(was.looking && e.is !== "looked").toBe(false);
          if (feed.watchers > 0) expect(feed.looking || feed.lookAt !== undefined).toBe(true);
          else expect(feed.lookAt).toBeUndefined();
        }
      }),
    );
  });
});
