import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { kindsByName } from "#db/kinds/index";
import { columns } from "./columns.ts";
import { fitWidths, table } from "./table.ts";
import { cut, width } from "./width.ts";

const now = Date.parse("2026-11-23T12:00:00Z");
const llm = (name: string, more: Record<string, unknown>) => ({
  name,
  createdAt: "2026-11-21T10:00:00Z",
  type: "openai",
  tier: "fast",
  labels: {},
  status: { lifecycle: "public", state: "active" },
  ...more,
});
const rows = [
  llm("gpt", {
    model: "gpt-5.1-mini-2026-08-01-preview-with-a-name-that-goes-on-and-on",
    createdAt: "2026-11-23T11:59:30Z",
  }),
  llm("qwen-of-the-basement", {
    type: "vllm",
    model: "Qwen/Qwen3-32B-AWQ",
    tier: "heavy",
    status: { lifecycle: "virtual", state: "hibernating", publisher: "rig" },
    url: "http://gpu.lan:8000",
  }),
  llm("日本語", { model: "\u001b[31mred\u0007", status: { lifecycle: "public", state: "inactive" } }),
];

function drawn(terminal: number | undefined, colour: boolean, wide = false): string {
  const { headings, rows: cells } = columns(kindsByName.llm, rows, { wide, qualified: false, labels: false, now });
  return table(headings, cells, { columns: terminal, colour, headings: true });
}

describe("a table", () => {
  test("fits 80 columns by cutting its widest column", () => {
    expect(drawn(80, false)).toMatchInlineSnapshot(`
      "NAME                   TYPE     MODEL       TIER    LIFECYCLE   STATE       AGE
      gpt                    openai   gpt-5.1-…   fast    public      active      30s
      qwen-of-the-basement   vllm     Qwen/Qwe…   heavy   virtual     hibernat…   2d2h
      日本語                 openai   �[31mred�   fast    public      inactive    2d2h
      "
    `);
    for (const line of drawn(80, false).trimEnd().split("\n")) expect(width(line)).toBeLessThanOrEqual(80);
  });

  test("shows everything at 200 columns", () => {
    expect(drawn(200, false, true)).toMatchInlineSnapshot(`
      "NAME                   TYPE     MODEL                                                             TIER    LIFECYCLE   STATE         URL                   KEY   PUBLISHER   AGE
      gpt                    openai   gpt-5.1-mini-2026-08-01-preview-with-a-name-that-goes-on-and-on   fast    public      active        -                     -     -           30s
      qwen-of-the-basement   vllm     Qwen/Qwen3-32B-AWQ                                                heavy   virtual     hibernating   http://gpu.lan:8000   -     rig         2d2h
      日本語                 openai   �[31mred�                                                         fast    public      inactive      -                     -     -           2d2h
      "
    `);
  });

  test("is cut nowhere where nobody looks at it", () => {
    expect(drawn(undefined, false)).toContain("goes-on-and-on");
  });

  test.each([80, 200])("says the same with colour, at %i columns", (columns) => {
    const coloured = drawn(columns, true);
    expect(coloured).toContain("\u001b[32mactive\u001b[39m");
    expect(stripVTControlCharacters(coloured)).toBe(drawn(columns, false));
  });

  test("lets nobody write to the terminal by what a resource is called", () => {
    for (const control of ["\u0007", "\u001b"]) expect(drawn(200, false)).not.toContain(control);
  });
});

test("narrow columns stay whole while a wide one gives way", () => {
  expect(fitWidths([10, 6, 60], 50)).toEqual({ widths: [10, 6, 28], gap: 3 });
  expect(fitWidths([10, 30, 30], 56)).toEqual({ widths: [10, 20, 20], gap: 3 });
  // Many columns move together before they overflow.
  expect(fitWidths([10, 20, 20, 20, 20], 50)).toEqual({ widths: [10, 8, 8, 8, 8], gap: 2 });
  // A name has to be typed: the others give way to it while they still say something.
  expect(fitWidths([25, 5, 8, 9, 7, 7, 7, 4], 80).widths[0]).toBe(25);
  expect(fitWidths([10, 8, 8], 5)).toEqual({ widths: [4, 4, 4], gap: 2 });
});

test("width counts what a terminal shows", () => {
  expect(["abc", "日本", "e\u0301", "👩‍👩‍👧", ""].map(width)).toEqual([3, 4, 1, 2, 0]);
  expect(cut("日本語です", 5)).toBe("日本…");
  expect(cut("abc", 3)).toBe("abc");
  expect(cut("abcd", 1)).toBe("…");
});
