import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ALERT_ID } from "./fake_operations.ts";
import { inBrowser, LOOKS, NARROW, overflow, saveScreenshot, WIDE } from "./looking.ts";
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

describe("every look", () => {
  it.each(LOOKS)("is whole: %s, %s, %s", (colorScheme, width, language) =>
    inBrowser(
      browser,
      { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language },
      async (context) => {
        const page = await signedIn(context, site, users.admin);
        const pages = {
          alerts: "/alerts",
          alert: `/alerts/${ALERT_ID}`,
          "alert-rules": "/alerts/rules",
          "alert-rule": "/alerts/rules/error-rate-spike",
          projections: "/projections?projection=balances",
        };
        for (const [title, path] of Object.entries(pages)) {
          await page.goto(site.url + path);
          expect([title, await overflow(page)]).toEqual([title, 0]);
          await saveScreenshot(page, `${title}-${colorScheme}-${width}-${language}`);
        }
      },
    ));
});

describe("a projection", () => {
  it("is rebuilt, watched and compared", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/projections`);
      const refused = page.getByRole("button", { name: "Roll back: balances" });
      await refused.click();
      await page.getByText("nothing was swapped out yet").waitFor();
      await page.getByRole("button", { name: "Rebuild: balances" }).click();
      await page.getByText("400000 / 1000000").waitFor();
      await saveScreenshot(page, "rebuild-runs-light-wide-en");
      site.rooms.operations.finishRebuild();
      await page.getByText("✓ Equal").waitFor();
      expect(await page.getByRole("button", { name: "Rebuild: balances" }).count()).toBe(1);
    }));

  it("that is paused says at which event and why", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/projections`);
      await page.getByText("unknown event HoldDoubled version 1").waitFor();
      expect(await page.getByRole("link", { name: "HoldDoubled #42" }).getAttribute("href")).toBe(
        "/events/0/42",
      );
      expect(await page.getByRole("button", { name: /Rebuild/ }).count()).toBe(0);
    }));
});

describe("an alert", () => {
  it("appears while the page is looked at", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/alerts`);
      await page.getByText("Live", { exact: true }).waitFor();
      site.rooms.operations.fire("other spends 9.00 USD an hour");
      site.rooms.tellLive();
      await page.getByText("other spends 9.00 USD an hour").waitFor();
    }));

  it("is acknowledged with a note", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/alerts/${ALERT_ID}`);
      await page.getByLabel("Note").fill("Looking at it");
      await page.getByRole("button", { name: "Acknowledge" }).click();
      await page.getByText("Acknowledged. The alert shows it in a moment.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        path: `/v1/alerts/${ALERT_ID}/acknowledgements`,
        body: { note: "Looking at it" },
      });
      expect(await page.getByRole("button", { name: "Acknowledge" }).count()).toBe(0);
    }));
});

describe("an alert rule", () => {
  it("is set in people's units, mistakes told beside the field", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/alerts/rules/account-spend-warning`);
      await page.getByLabel("Above (USD)").fill("lots");
      await page.getByRole("button", { name: "Set the rule" }).click();
      expect(await page.getByLabel("Above (USD)").getAttribute("aria-invalid")).toBe("true");
      await page.getByLabel("Above (USD)").fill("2.50");
      await page.getByRole("button", { name: "Set the rule" }).click();
      await page.getByText("The rule is changed.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        method: "PUT",
        path: "/v1/alert-rules/account-spend-warning",
        body: { condition: { aboveNanoUsd: "2500000000", scope: "account" } },
      });
    }));

  it("is for nobody else to change", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/alerts/rules/account-spend-warning`);
      expect(await page.getByRole("button", { name: "Set the rule" }).count()).toBe(0);
    }));
});
