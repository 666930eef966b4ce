import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

const VIEWS = [
  "by-day",
  "by-model",
  "by-provider",
  "by-key",
  "by-modality",
  "usage-by-model",
  "errors",
];

describe("the pages of cost", () => {
  it("keep the filters from view to view, and into the CSV", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.finance);
      await page.getByRole("link", { name: "Costs" }).click();
      await page.getByLabel("Model").fill("gpt-4o");
      await page.getByLabel("From").fill("2026-11-01");
      await page.getByRole("button", { name: "Filter" }).click();
      await page.getByRole("link", { name: "By provider" }).click();
      expect(new URL(page.url()).searchParams.get("from")).toBe("2026-11-01");
      const href = await page.getByRole("link", { name: "CSV" }).getAttribute("href");
      const answer = await context.request.get(site.url + href);
      expect(answer.headers()["content-type"]).toContain("text/csv");
      expect(await answer.text()).toBe("day\r\n2026-11-20\r\n");
    }));

  it("order what is summed by charge, the largest first", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/costs/by-key`);
      const charges = await page.locator("td .share .money").allTextContents();
      const sorted = charges.toSorted((one, other) => parseFloat(other) - parseFloat(one));
      expect(charges).toEqual(sorted);
      expect(new Set(charges).size).toBeGreaterThan(2);
    }));

  it("re-rate a period, and issue a credit note of the report's own amount", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/re-rate`);
      await page.getByLabel("From").fill("2026-11-01");
      await page.getByLabel("Until").fill("2026-11-20");
      await page.getByLabel("Markup in per cent").fill("2.5");
      await page.getByRole("button", { name: "Compute" }).click();
      await page.locator("summary").click();
      await saveScreenshot(page, "re-rate-light-wide-en");
      await page.getByLabel("Reason").fill("Wrong markup");
      await page.getByRole("button", { name: "Issue a credit note: demo" }).click();
      await page.getByText("The credit note is issued.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        path: "/v1/accounts/demo/credit-notes",
        body: {
          reference: "re-rate-1",
          amountMicroKyat: "345679",
          fromDay: "2026-11-01",
          toDay: "2026-11-20",
          reason: "Wrong markup",
        },
      });
    }));

  it("issue no credit note of an amount that was not shown", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/re-rate?from=2026-11-01&to=2026-11-20&markup=2.5`);
      const sent = site.rooms.commands.length;
      await page.locator("summary").click();
      await page.locator("input[name=seen]")
        .evaluate((input) => input.setAttribute("value", "345680"));
      await page.getByLabel("Reason").fill("Wrong markup");
      await page.getByRole("button", { name: "Issue a credit note: demo" }).click();
      await page.getByText("The amount has changed since it was shown.").waitFor();
      expect(site.rooms.commands.length).toBe(sent);
      expect(await page.locator("input[name=seen]").inputValue()).toBe("345679");
    }));

  it("know no other views", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      expect((await page.goto(`${site.url}/costs/by-luck`))?.status()).toBe(404);
    }));

  it.each(LOOKS)("are whole: %s, %s, %s", (colorScheme, width, language) =>
    inBrowser(
      browser,
      { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language },
      async (context) => {
        const page = await signedIn(context, site, users.developer);
        for (const view of VIEWS) {
          await page.goto(`${site.url}/costs/${view}`);
          expect([view, await overflow(page)]).toEqual([view, 0]);
          await saveScreenshot(page, `costs-${view}-${colorScheme}-${width}-${language}`);
        }
      },
    ));
});
