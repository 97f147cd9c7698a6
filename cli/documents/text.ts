/** Bytes of a file as text: UTF-8 and nothing else, so that no letter becomes another on its way. Pure. */
import { Failure } from "../failure.ts";

/** Bytes of one source. A person's manifests are kilobytes; more is a mistake or an attack on memory. */
export const LARGEST_BYTES = 16 * 1024 * 1024;

const strict = new TextDecoder("utf-8", { fatal: true });

/** Without a byte order mark. @throws Failure that says in which line what is not UTF-8 stands. */
export function decode(bytes: Uint8Array, source: string): string {
  mustBeSmall(bytes.byteLength, source);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new Failure(`${source} is UTF-16.`, {
      hint: "Save it as UTF-8; in PowerShell: `… | Out-File -Encoding utf8 FILE`.",
    });
  try {
    return strict.decode(bytes);
  } catch (cause) {
    throw new Failure(`${source}:${lineOfFault(bytes)}: is not UTF-8.`, { hint: "Save it as UTF-8.", cause });
  }
}

/** @throws Failure */
export function mustBeSmall(size: number, source: string): void {
  if (size > LARGEST_BYTES)
    throw new Failure(`${source} is larger than ${LARGEST_BYTES / 1024 / 1024} MiB.`, {
      hint: "Split it into several files in a directory.",
    });
}

/** The first line that can't be decoded by itself; a line break is never part of a longer character in UTF-8. */
function lineOfFault(bytes: Uint8Array): number {
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    try {
      strict.decode(bytes.subarray(start, end < 0 ? undefined : end));
    } catch {
      return line;
    }
    if (end < 0) return line;
    start = end + 1;
  }
}
