import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleStatus } from "./fake_status.ts";
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

describe("the status page", () => {
  it.each(LOOKS)("is whole: %s, %s, %s", (colorScheme, width, language) =>
    inBrowser(
      browser,
      { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language },
      async (context) => {
        const page = await signedIn(context, site, users.admin);
        await page.goto(`${site.url}/status`);
        expect(await overflow(page)).toBe(0);
        await saveScreenshot(page, `status-${colorScheme}-${width}-${language}`);
      },
    ));

  it("shows who is out, what was tried instead, and who served", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/status`);
      await page.getByText("2 edges are heard; the newest news is 2 s old.").waitFor();
      const groq = page.getByRole("table", { name: "Health of providers" }).getByRole("row")
        .filter({ hasText: "groq" });
      expect(await groq.getByText("Out", { exact: true }).count()).toBe(1);
      await page.getByText("cerebras/llama-3.3-70b").waitFor();
      await page.getByText("groq → cerebras").waitFor();
      await page.getByText("1,190 · 95 %").waitFor();
      const bars = page.getByRole("img", { name: "Requests over time" }).locator("rect");
      expect(await bars.count()).toBe(60);
      const first = page.getByRole("img", { name: "Latency over time (p95)" }).locator("title");
      expect(await first.nth(1).textContent()).toContain("p50 413 ms, p95 929 ms");
      const hours = page.getByRole("link", { name: "24 hours" });
      await hours.click();
      await page.waitForURL(/minutes=1440/);
      expect(await hours.getAttribute("aria-current")).toBe("page");
    }));

  it("becomes new while it is looked at, and says when nothing is known", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/status`);
      await page.getByText("2 edges are heard", { exact: false }).waitFor();
      const { health, providers } = sampleStatus(Date.now());
      site.rooms.setStatus({
        health: { ...health, state: "silent", subjects: [] },
        providers: providers.map((row) => ({ ...row, phase: null })),
      });
      await page.getByText("No edge is heard: how providers are now is not known.").waitFor();
      expect(await page.getByText("Healthy").count()).toBe(0);
      site.rooms.setStatus(sampleStatus(Date.now()));
    }));

  it("is for those who may read providers", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      const answer = await page.goto(`${site.url}/status`);
      expect(answer!.status()).toBe(403);
      expect(await page.getByRole("link", { name: "Status" }).count()).toBe(0);
    }));
});

describe("the management API beside the pages", () => {
  it("has a reference that looks like them and loads nothing from elsewhere", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await context.newPage();
      const elsewhere: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(site.url)) elsewhere.push(request.url());
      });
      await page.goto(`${site.url}/api/docs`);
      await page.getByRole("heading", { name: "Management API" }).waitFor();
      const article = page.getByRole("article").filter({
        hasText: "PUT /api/routers/{routerId}/rules",
      });
      expect(await article.count()).toBeGreaterThan(0);
      expect(await overflow(page)).toBe(0);
      await saveScreenshot(page, "management-reference-light-wide-en");
      expect(elsewhere).toEqual([]);
    }));

  it("takes a page's own calls by its session and token, and no others", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      const outcome = await page.evaluate(async () => {
        const session = await (await fetch("/api/session")).json();
        const put = (headers: Record<string, string>) =>
          fetch("/api/plans/assignments", {
            method: "PUT",
            headers: { "content-type": "application/json", ...headers },
            body: JSON.stringify({ accountId: "demo", planId: "startup" }),
          });
        const [without, own] = [await put({}), await put({ "x-csrf-token": session.csrfToken })];
        return { role: session.role, statuses: [without.status, own.status] };
      });
      expect(outcome).toEqual({ role: "admin", statuses: [403, 200] });
      expect(site.rooms.commands.at(-1)).toMatchObject({
        method: "PUT",
        path: "/v1/accounts/demo/plan",
        body: { planId: "startup" },
      });
    }));
});
