/** After each file of tests: files share their modules and globals, so what one has replaced is put back for the next. */
import { afterAll, vi } from "vitest";

afterAll(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
