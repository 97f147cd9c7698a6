import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundaryOf, readForm } from "./form.ts";

const bytes = (text: string) => new Uint8Array(new TextEncoder().encode(text));
const text = (b: Uint8Array<ArrayBuffer>) => new TextDecoder().decode(b);
const read = (body: string) => readForm(bytes(body), "B");
const part = (name: string, content: string, more = "") =>
  `--B\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;

describe("a content type", () => {
  test.each([
    ["multipart/form-data; boundary=abc", "abc"],
    ['Multipart/Form-Data;charset=utf-8;boundary="a b;c"', "a b;c"],
    ["multipart/form-data", undefined],
    ["multipart/form-data; boundary=", undefined],
    ["multipart/mixed; boundary=abc", undefined],
    ["application/json; boundary=abc", undefined],
    ["multipart/form-data; boundary=abc;", "abc"],
    ["multipart/form-data; boundary=a; boundary=b", undefined],
    ['multipart/form-data; x="; boundary=a"; boundary=b', "b"],
    ["multipart/form-data; x=; boundary=a", undefined],
    ["multipart/form-data; boundary=a; boundary*=utf-8''b", undefined],
    ["multipart/form-data; boundary*0=a; boundary=b", undefined],
    ["multipart/form-data; boundary*=utf-8''a", undefined],
    ['multipart/form-data; boundary="a\\b"', undefined],
    [`multipart/form-data; boundary=${"a".repeat(71)}`, undefined],
  ])("%s has the boundary %s", (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });
});

describe("a form", () => {
  test("says which model and whether to stream, wherever they stand", () => {
    const file = part("file", "model\r\n-", "; filename=\"; name=model\"; filename*=UTF-8''a%20b");
    const asked = read(`${file}${part("model", "whisper-é")}${part("stream", "true")}--B--\r\n`);
    expect(asked).toMatchObject({ model: "whisper-é", stream: true, contentType: "multipart/form-data; boundary=B" });
    expect(read(`${part("x[]", "")}--B--`)).toMatchObject({ model: undefined, stream: false });
    const head =
      "Content-Type: text/plain; charset=UTF-8\r\ncontent-length: 1\r\ncontent-disposition:form-data;NAME=model";
    expect(read(`--B\r\n${head}\r\n\r\nm\r\n--B--`).model).toBe("m");
    expect(read(`${part("model", "")}--B--`).model).toBeUndefined();
    expect(read("--B--")).toMatchObject({ model: undefined });
  });

  test("gets another model, and is not touched where it names it already", () => {
    const body = (model: string) => `${part("a", "b")}${part("model", model)}${part("file", "\0\r\n")}--B--\r\n`;
    expect(text(read(body("a")).bodyFor("longer"))).toBe(body("longer"));
    const same = bytes(body("a"));
    expect(readForm(same, "B").bodyFor("a")).toBe(same);
  });

  const m = part("model", "small");
  test.each([
    ["model", m + m],
    ["model", m + part("file", "x") + part("model", "")],
    ["Model", m + part("Model", "big")],
    ["MODEL", part("MODEL", "small")],
    ["model[]", m + part("model[]", "big")],
    ["model[0]", m + part("model[0]", "big")],
    ["model.name", m + part("model.name", "big")],
    ["stream", m + part("stream", "true") + part("stream", "false")],
    ["Stream", m + part("Stream", "true")],
    ["stream", m + part("stream", "1")],
    ["stream", m + part("stream", "True")],
    ["model", part("model", "small", "; filename=f")],
    ["model", part("model", "small", "\r\ncontent-transfer-encoding: base64")],
    ["model", part("model", "small", "\r\nContent-Type: text/plain; charset=utf-16")],
    ["model", part("model", "small", "\r\nContent-Type: application/json")],
  ])("in which two readers find another %s is refused: %j", (field, body) => {
    const refused = () => read(`${body}--B--`);
    expect(refused).toThrow(expect.objectContaining({ code: "invalid_request" }));
    expect(refused).toThrow(expect.objectContaining({ details: expect.objectContaining({ param: field }) }));
  });

  test.each(["models[]", "fallbacks", "Fallbacks[0]", "route"])("tells that %s lets a provider choose", (field) => {
    expect(read(`${m}${part(field, "big")}--B--`).chooser).toBe(field);
    expect(read(`${m}${part(field, "")}--B--`).chooser).toBeUndefined();
  });

  test("goes on under the boundary that was read, and no other", () => {
    for (const [boundary, said] of [
      ["B", "B"],
      ["----x'9", "----x'9"],
      ["a b;c", '"a b;c"'],
    ] as const)
      expect(readForm(bytes(`--${boundary}--`), boundary).contentType).toBe(`multipart/form-data; boundary=${said}`);
  });

  test("with any file changes nowhere else", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (file) => {
        const head = bytes(`${part("model", "a")}--B\r\ncontent-disposition: form-data; name="file"\r\n\r\n`);
        const whole = new Uint8Array([...head, ...file, ...bytes("\r\n--B--\r\n")]);
        fc.pre(!text(file).includes("--B"));
        const changed = readForm(whole, "B").bodyFor("other");
        expect([...changed.slice(-file.length - 9)]).toEqual([...whole.slice(-file.length - 9)]);
        expect(readForm(changed, "B").model).toBe("other");
      }),
    );
  });

  const named = (disposition: string) => `--B\r\n${disposition}\r\n\r\nother\r\n--B--`;
  test.each([
    ["nothing", ""],
    ["JSON", "{}"],
    ["no end", part("model", "m")],
    ["a head without an end", "--B\r\ncontent-disposition: form-data"],
    ["a head without measure", `--B\r\nx: ${"y".repeat(20_000)}\r\n\r\nm\r\n--B--`],
    ["too many fields", `${part("a", "").repeat(1_001)}--B--`],
    ["something before", `x\r\n${part("model", "m")}--B--`],
    ["something after", `${part("model", "m")}--B--\r\n${part("model", "other")}--B--`],
    ["lines that end in LF", `${part("model", "m")}--B--`.replaceAll("\r\n", "\n")],
    [
      "a boundary after LF",
      `${part("model", "m")}${part("file", '\n--B\ncontent-disposition: form-data; name="model"')}--B--`,
    ],
    ["a boundary that goes on", `${part("model", "m\r\n--Bx")}--B--`],
    ["no disposition", named("content-type: text/plain")],
    [
      "two dispositions",
      named('content-disposition: form-data; name="a"\r\ncontent-disposition: form-data; name="model"'),
    ],
    ["a folded disposition", named('content-disposition: form-data;\r\n name="model"')],
    ["a disposition with a space before its colon", named('content-disposition : form-data; name="model"')],
    ["two names", named('content-disposition: form-data; name="a"; name="model"')],
    ["an encoded name", named("content-disposition: form-data; name=\"a\"; name*=UTF-8''model")],
    ["an escaped name", named('content-disposition: form-data; name="mo\\del"')],
    ["a name in per cent", named('content-disposition: form-data; name="%6dodel"')],
    ["a name between other quotes", named("content-disposition: form-data; name='model'")],
    ["spaces around the equals sign", named('content-disposition: form-data; name = "model"')],
    [
      "an escaped quote in a file's name",
      named('content-disposition: form-data; name="a"; filename="\\"; name="model"'),
    ],
  ])("that could be read in two ways, or in none, is refused: %s", (_, body) => {
    expect(() => read(body)).toThrow("can't be read");
  });
});
