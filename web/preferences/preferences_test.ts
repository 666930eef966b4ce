import { describe, expect, it } from "vitest";
import { cookieOf, localPath } from "./mod.ts";

describe("a path to lead back to", () => {
  it.each(["/", "/requests?state=held", "/a/b#c"])("%s is one", (path) => {
    expect(localPath(path)).toBe(path);
  });

  it.each([
    "",
    "//evil.test",
    "/\\evil.test",
    "https://evil.test",
    "javascript:x",
    "/a b",
    "/a\nb",
  ])(
    "%j leads home",
    (path) => expect(localPath(path)).toBe("/"),
  );
});

describe("cookies", () => {
  it("are found by their whole name", () => {
    const request = new Request("http://site", { headers: { cookie: "xa=1; a=2=3; b=4" } });
    expect([cookieOf(request, "a"), cookieOf(request, "c")]).toEqual(["2=3", null]);
  });
});
