import { createHash } from "node:crypto";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCheckpointReader, createCheckpointStore } from "../../ledger/checkpoint/mod.ts";
import { createEventStore } from "../../ledger/store/mod.ts";
import { writeExport } from "../../scripts/audit/exporting/write_export.ts";
import { FIRST_KEY, openRealLedger, ORIGIN, SECOND_KEY } from "../audit/real_ledger.ts";
import { tellStory } from "../audit/story.ts";
import {
  inBrowser as inBrowserOf,
  LOOKS,
  NARROW,
  overflow,
  saveScreenshot,
  WIDE,
} from "./looking.ts";
import { signedIn, startBrowser, startWebSite, users, type WebSite } from "./web_site.ts";

const folder = await Deno.makeTempDir({ prefix: "sargalay-verify-" });
const exported = `${folder}/export`;
const keys = [FIRST_KEY, SECOND_KEY].map(({ publicKey }) => `${ORIGIN}:${publicKey}`).join("\n");

let site: WebSite;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([startWebSite(), startBrowser()]);
  const ledger = await openRealLedger();
  try {
    await tellStory(ledger);
    const { database } = ledger;
    await writeExport({ database, shard: 0, from: null, to: null, directory: exported });
    const reader = createCheckpointReader({
      store: createEventStore(database),
      checkpoints: createCheckpointStore(database),
      logName: "test-log",
      shards: 1,
    });
    const proven = await reader.inclusion(0, 9n);
    if (proven.status !== "proven") throw new Error(proven.status);
    await Deno.writeTextFile(`${folder}/receipt.json`, JSON.stringify(proven.receipt));
    site.rooms.setProofs({
      origin: ORIGIN,
      publicKey: SECOND_KEY.publicKey,
      receipt: proven.receipt,
    });
  } finally {
    await ledger.close();
  }
});

afterAll(async () => {
  await browser.close();
  await site.stop();
  await Deno.remove(folder, { recursive: true });
});

const onPage = (
  look: (page: Awaited<ReturnType<typeof signedIn>>) => Promise<void>,
  options: Parameters<typeof inBrowserOf>[1] = {},
) =>
  inBrowserOf(browser, options, async (context: BrowserContext) => {
    const page = await signedIn(context, site, users.auditor);
    await page.goto(`${site.url}/verify`);
    await look(page);
  });

type VerifyPage = Parameters<Parameters<typeof onPage>[0]>[0];

const chooseFolder = (page: VerifyPage, path: string) =>
  page.getByLabel(/Choose a folder|ဖိုင်တွဲ ရွေးရန်/).setInputFiles(path);
const isDone = (page: VerifyPage) => page.locator("[data-phase=done]").waitFor();

describe("the verification page", () => {
  it("verifies an export of the ledger, and sends nothing anywhere", () =>
    onPage(async (page) => {
      await page.getByLabel("Keys that you believe").fill(keys);
      const sent: string[] = [];
      page.on("request", (request) => sent.push(request.method()));
      await chooseFolder(page, exported);
      await isDone(page);
      await page.getByText("Everything fits, and it is signed by a key").waitFor();
      expect(sent.every((method) => method === "GET")).toBe(true);
      expect(await page.locator(".check-bad").count()).toBe(0);
      await saveScreenshot(page, "verified-light-wide-en");
    }));

  it("names the first event that was tampered with", () =>
    onPage(async (page) => {
      const forged = `${folder}/forged`;
      await forge(exported, forged);
      await page.getByLabel("Keys that you believe").fill(keys);
      await chooseFolder(page, forged);
      await isDone(page);
      await page.getByText("This is not right.").waitFor();
      const first = await page.getByText("First finding:").locator("..").textContent();
      expect(first).toMatch(/#\d+ \(events-000001\.ndjson:\d+\)/);
      expect(await page.locator(".check-bad").count()).toBeGreaterThan(0);
      await saveScreenshot(page, "verify-forged-light-wide-en");
    }));

  it("believes no key that it was not told", () =>
    onPage(async (page) => {
      await page.getByLabel("Keys that you believe").fill("");
      await page.getByLabel("Choose files").setInputFiles(`${folder}/receipt.json`);
      await isDone(page);
      await page.getByText("no key that you believe has signed this").waitFor();
      await chooseFolder(page, exported);
      await page.locator("[data-phase=done] .checks").waitFor();
      await page.getByText("no key that you believe has signed this").waitFor();
      expect(await page.locator(".check-bad").count()).toBe(0);
    }));

  it("says that a key is none, and what a file is not", () =>
    onPage(async (page) => {
      await page.getByLabel("Keys that you believe").fill("nonsense");
      await page.getByLabel("Choose files").setInputFiles(`${folder}/receipt.json`);
      await page.getByText("nonsense is not a name, a colon and 32 bytes in base64").waitFor();
      await page.getByLabel("Keys that you believe").fill("");
      await Deno.writeTextFile(`${folder}/other.json`, "[]");
      await page.getByLabel("Choose files").setInputFiles(`${folder}/other.json`);
      await page.getByText("other.json: This is neither a receipt nor a proof.").waitFor();
    }));
});

describe("an auditor", () => {
  it("verifies that an event of the explorer is in the signed log", () =>
    inBrowserOf(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/events/0/7`);
      await page.getByRole("link", { name: "Verify it in this browser" }).click();
      await isDone(page);
      await page.getByText("signed by the key that this server shows").waitFor();
    }));
});

describe("a customer", () => {
  it("verifies the receipt of a call by the keys that the ledger shows", () =>
    inBrowserOf(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.goto(`${site.url}/requests/01900000-0000-7000-8000-000000000001`);
      await page.getByRole("link", { name: "Verify it in this browser" }).click();
      await isDone(page);
      await page.getByText("signed by the key that this server shows").waitFor();
      await saveScreenshot(page, "verified-receipt-light-wide-en");
    }));
});

describe("every look", () => {
  it.each(LOOKS)("is whole: %s, %s, %s", (colorScheme, width, language) =>
    onPage(async (page) => {
      await chooseFolder(page, exported);
      await isDone(page);
      expect(await overflow(page)).toBe(0);
      await saveScreenshot(page, `verify-${colorScheme}-${width}-${language}`);
    }, { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language }));
});

/** Copies an export, changes who did something, and mends the manifest. */
async function forge(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
  const events = `${to}/events-000001.ndjson`;
  const text = (await Deno.readTextFile(events)).replace(
    '"actor":"user:test"',
    '"actor":"user:best"',
  );
  await Deno.writeTextFile(events, text);
  const sha256 = createHash("sha256").update(text).digest("hex");
  const manifest = await Deno.readTextFile(`${to}/manifest.json`);
  const mended = manifest.replace(
    /("lines":\d+,"name":"events-000001.ndjson","sha256":")[0-9a-f]{64}/,
    (_, before) => before + sha256,
  );
  expect(mended).not.toBe(manifest);
  await Deno.writeTextFile(`${to}/manifest.json`, mended);
}
