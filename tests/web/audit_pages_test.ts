import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  inBrowser as inBrowserOf,
  LOOKS,
  NARROW,
  overflow,
  saveScreenshot,
  WIDE,
} from "./looking.ts";
import { signedIn, startBrowser, startWebSite, users, type WebSite } from "./web_site.ts";

let site: WebSite;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([startWebSite(), startBrowser()]);
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

const inBrowser = (
  options: BrowserContextOptions,
  look: (context: BrowserContext) => Promise<void>,
) => inBrowserOf(browser, options, look);

describe("an auditor", () => {
  it("filters the log, turns its pages, and opens an event with its place in the chain", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/events`);
      await page.getByLabel("Event", { exact: true }).fill("CreditGranted");
      await page.getByLabel("From").fill("2026-11-01T09:30");
      await page.getByRole("button", { name: "Filter" }).click();
      expect(new URL(page.url()).searchParams.get("type")).toBe("CreditGranted");
      expect(await page.getByLabel("From").inputValue()).toBe("2026-11-01T09:30");
      await page.getByRole("link", { name: "Older" }).click();
      await page.getByText("No event").waitFor();
      expect(new URL(page.url()).searchParams.get("type")).toBe("CreditGranted");
      await page.getByRole("link", { name: "Newest" }).click();
      await page.getByRole("link", { name: "CreditGranted" }).click();
      await page.getByRole("heading", { name: "Place in the chain" }).waitFor();
      expect(await page.getByText("d".repeat(64)).count()).toBe(1);
      expect(await page.getByText("50,000.000000").count()).toBeGreaterThan(1);
    }));

  it("sees who changed what, before and after", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/admin-actions`);
      const change = page.getByRole("row").filter({ hasText: "FxRateSet" });
      expect(await change.locator("del").allTextContents()).toEqual(["4400000000"]);
      expect(await change.locator("ins").allTextContents()).toEqual(["4500000000"]);
    }));

  it("is told that an event does not exist", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      expect((await page.goto(`${site.url}/events/0/8`))?.status()).toBe(404);
    }));
});

describe("time travel", () => {
  it("moves with the slider, by keyboard too", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/accounts/demo/history`);
      const slider = page.getByRole("slider", { name: "Moment" });
      const figure = page.locator(".balance-parts .money").first();
      expect(await figure.textContent()).toContain("28,800");
      await slider.focus();
      await page.keyboard.press("Home");
      await page.waitForFunction(() =>
        document.querySelector(".balance-parts .money")?.textContent?.startsWith("0.00")
      );
      await page.keyboard.press("End");
      await page.waitForFunction(() =>
        document.querySelector(".balance-parts .money")?.textContent?.startsWith("28,800")
      );
    }));

  it("works without scripts, by typing a moment", () =>
    inBrowser({ javaScriptEnabled: false }, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.goto(`${site.url}/accounts/demo/history?at=2001-01-01T00:00`);
      await page.getByText("The account did not exist yet.").waitFor();
    }));

  it("is not for another account's developer", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      for (const path of ["history", "history/balance?at=0"]) {
        const answer = await page.goto(`${site.url}/accounts/other/${path}`);
        expect([path, answer?.status()]).toEqual([path, 403]);
      }
    }));
});

describe("every look", () => {
  it.each(LOOKS)("is whole: %s, %s, %s", (colorScheme, width, language) =>
    inBrowser(
      { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language },
      async (context) => {
        const page = await signedIn(context, site, users.auditor);
        const pages = {
          events: "/events",
          event: "/events/0/7",
          "admin-actions": "/admin-actions",
          history: "/accounts/demo/history",
        };
        for (const [title, path] of Object.entries(pages)) {
          await page.goto(site.url + path);
          expect([title, await overflow(page)]).toEqual([title, 0]);
          await saveScreenshot(page, `${title}-${colorScheme}-${width}-${language}`);
        }
      },
    ));
});
