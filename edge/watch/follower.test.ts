import { beforeAll, expect, test, vi } from "vitest";
import { Follower } from "./follower.ts";
import { backlogBytes } from "./times.ts";

/** workerd's own is a TransformStream of bytes that holds nothing back. */
beforeAll(() => vi.stubGlobal("IdentityTransformStream", TransformStream));

const open = () => {
  const left = vi.fn();
  const request = new AbortController();
  return { follower: new Follower(request.signal, left), left, request };
};

test("one who reads gets all of it, however much", async () => {
  const { follower, left } = open();
  const reader = follower.readable.getReader();
  for (let i = 0; i < 6; i++) {
    follower.send(new Uint8Array(backlogBytes / 2));
    expect((await reader.read()).value?.byteLength).toBe(backlogBytes / 2);
  }
  expect(left).not.toHaveBeenCalled();
  await reader.cancel();
  await vi.waitFor(() => expect(left).toHaveBeenCalledOnce());
});

test("one who does not is cut at a bound, once", async () => {
  const { follower, left } = open();
  for (let i = 0; i < 6; i++) follower.send(new Uint8Array(backlogBytes / 2));
  expect(left).toHaveBeenCalledOnce();
  await expect(follower.readable.getReader().read()).rejects.toThrow();
});

test("one whose request ends has left", () => {
  const { left, request } = open();
  request.abort();
  request.abort();
  expect(left).toHaveBeenCalledOnce();
});
