import { describe, expect, test } from "vitest";
import { verifies } from "../../tests/requirements.ts";
import { importSealingKey, seal, unseal } from "./sealing.ts";

const key = (fill: number) => importSealingKey(btoa(String.fromCharCode(...new Uint8Array(32).fill(fill))));
const values = { token: "s3cret", "with.dot": "ünï\u0000code", empty: "" };

describe("sealing", () => {
  test(verifies("secrets.sealed", "gives back what was sealed, and shows none of it"), async () => {
    const kek = await key(1);
    const box = await seal(kek, "secret/a", values);
    expect(JSON.stringify(box)).not.toContain("s3cret");
    expect(await unseal(kek, "secret/a", box)).toEqual(values);
  });

  test("the same values never look the same twice", async () => {
    const kek = await key(1);
    const [a, b] = await Promise.all([seal(kek, "secret/a", values), seal(kek, "secret/a", values)]);
    expect(a.data).not.toBe(b.data);
    expect(a.key).not.toBe(b.key);
  });

  test(verifies("secrets.sealed", "a box moved to another row does not open"), async () => {
    const kek = await key(1);
    await expect(unseal(kek, "secret/b", await seal(kek, "secret/a", values))).rejects.toThrow();
  });

  test(verifies("secrets.sealed", "another key says which one is needed"), async () => {
    const box = await seal(await key(1), "secret/a", values);
    await expect(unseal(await key(2), "secret/a", box)).rejects.toThrow(`encrypted with key ${box.kek}`);
  });

  test("an altered box does not open", async () => {
    const kek = await key(1);
    const box = await seal(kek, "secret/a", values);
    const first = box.data.at(20) === "A" ? "B" : "A";
    const altered = { ...box, data: box.data.slice(0, 20) + first + box.data.slice(21) };
    await expect(unseal(kek, "secret/a", altered)).rejects.toThrow();
  });

  test("a key of the wrong length is refused", async () => {
    await expect(importSealingKey(btoa("short"))).rejects.toThrow("32 bytes");
  });
});
