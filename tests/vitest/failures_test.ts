import { describe, expect, it } from "vitest";

const root = new URL("../../", import.meta.url);

/** Runs `deno test` on a file with this text and returns how it ended. */
async function runFile(text: string, ...options: string[]) {
  const file = await Deno.makeTempFile({ suffix: "_test.ts" });
  try {
    await Deno.writeTextFile(
      file,
      `import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";\n${text}`,
    );
    const config = new URL("deno.json", root).pathname;
    const { success, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--allow-all", "--config", config, ...options, file],
      cwd: root,
      env: { NO_COLOR: "1" },
    }).output();
    const output = new TextDecoder().decode(stdout);
    return { success, output, summary: output.match(/^(?:ok|FAILED) \|.*? failed/m)?.[0] };
  } finally {
    await Deno.remove(file);
  }
}

describe("what fails a run", () => {
  it.each([
    ["an assertion", `it("a", () => expect(1).toBe(2));`],
    ["a rejected promise", `it("a", async () => { await Promise.reject(new Error("no")); });`],
    ["afterEach", `describe("s", () => { afterEach(() => { throw 1; }); it("a", () => {}); });`],
    ["afterAll", `describe("s", () => { afterAll(() => { throw 1; }); it("a", () => {}); });`],
    ["afterAll of the file", `afterAll(() => { throw new Error("no"); }); it("a", () => {});`],
    ["a timer left running", `it("a", () => { setTimeout(() => {}, 60_000); });`],
    ["a file left open", `it("a", async () => { await Deno.open("/dev/null"); });`],
    ["only", `it.only("a", () => {}); it("b", () => {});`],
    ["an async suite", `describe("s", async () => { await null; it("a", () => {}); });`],
  ])("%s", async (_, text) => {
    const { success } = await runFile(text);
    expect(success).toBe(false);
  });

  it("a beforeAll that fails, for every test of its suite", async () => {
    const { summary } = await runFile(`describe("s", () => {
      beforeAll(() => { throw new Error("no server"); });
      it("a", () => {});
      it("b", () => {});
    });
    it("c", () => {});`);
    expect(summary).toBe("FAILED | 1 passed | 2 failed");
  });
});

describe("a filter", () => {
  it("runs the hooks of what it leaves, once, to the end", async () => {
    const { success, output, summary } = await runFile(
      `describe("s", () => {
        beforeAll(() => console.log("opened"));
        afterAll(() => console.log("closed"));
        it("a", () => {});
        it("b", () => {});
      });
      describe("other", () => {
        beforeAll(() => console.log("never"));
        it("a", () => {});
      });`,
      "--filter",
      "s > a",
    );
    expect(success).toBe(true);
    expect(summary).toBe("ok | 1 passed | 0 failed");
    expect(output.match(/opened|closed|never/g)).toEqual(["opened", "closed"]);
  });
});
