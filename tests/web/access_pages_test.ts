import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inBrowser, LOOKS, NARROW, overflow, saveScreenshot, WIDE } from "./looking.ts";
import { signedIn, startBrowser, startWebSite, users, type WebSite } from "./web_site.ts";

let site: WebSite;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([startWebSite(), startBrowser()]);
  // One key for all, as its owner makes it.
  await inBrowser(browser, {}, async (context) => {
    const page = await signedIn(context, site, users.developer);
    await page.goto(`${site.url}/accounts/demo/keys`);
    await page.getByLabel("Label").fill("Night batch");
    await page.getByLabel("Team").fill("research");
    await page.getByLabel("User").fill("ma-hla");
    await page.getByRole("button", { name: "Create API key" }).click();
    await page.locator("#secret").waitFor();
  });
});

afterAll(async () => {
  await browser.close();
  await site.stop();
});

const REQUEST = "/requests/01900000-0000-7000-8000-000000000001";

describe("every look", () => {
  it.each(LOOKS)("is whole: %s, %s, %s", (colorScheme, width, language) =>
    inBrowser(
      browser,
      { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language },
      async (context) => {
        const page = await signedIn(context, site, users.admin);
        const pages = {
          "staff-keys": "/accounts/demo/keys",
          "key-settings": "/accounts/demo/keys/key-1",
          "staff-budget": "/accounts/demo/budget",
          "account-plan": "/accounts/demo/plan",
          plans: "/plans",
          "plan-form": "/plans/publish?plan=growth",
          "routed-request": REQUEST,
        };
        for (const [title, path] of Object.entries(pages)) {
          await page.goto(site.url + path);
          expect([title, await overflow(page)]).toEqual([title, 0]);
          await saveScreenshot(page, `${title}-${colorScheme}-${width}-${language}`);
        }
      },
    ));
});

describe("a key's settings", () => {
  it("are set by its owner, mistakes told beside the field", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.goto(`${site.url}/accounts/demo/keys`);
      await page.getByRole("link", { name: "Night batch", exact: true }).click();
      expect(await page.getByText("research").count()).toBe(1);
      await page.getByLabel("Models that it may call").selectOption("listed");
      await page.getByLabel("Allowed models, one a line").fill("openai/*\ngoogle/gemini-2.5-pro");
      await page.getByLabel("Where calls may come from").selectOption("listed");
      await page.getByLabel("Addresses, one a line").fill("203.0.113.0/33");
      await page.getByLabel("Router").fill("free-first");
      await page.getByLabel("Tags").fill("batch, night");
      await page.getByLabel(/^Expires/).fill("2027-01-01T00:00");
      await page.getByRole("button", { name: "Save" }).click();
      const ranges = page.getByLabel("Addresses, one a line");
      expect(await ranges.getAttribute("aria-invalid")).toBe("true");
      expect(await ranges.inputValue()).toBe("203.0.113.0/33");
      await ranges.fill("203.0.113.0/24\n2001:db8::/32");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("The key's settings are saved.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        method: "PUT",
        path: "/v1/accounts/demo/keys/key-1/settings",
        body: {
          label: "Night batch",
          expiresAtMs: Date.UTC(2026, 11, 31, 17, 30),
          allowedModels: ["openai/*", "google/gemini-2.5-pro"],
          ipRanges: ["203.0.113.0/24", "2001:db8::/32"],
          routerId: "free-first",
          tags: ["batch", "night"],
        },
      });
      await page.getByText("2 models or groups").waitFor();
      await saveScreenshot(page, "keys-restricted-light-wide-en");
    }));

  it("are read by auditors, and changed by none of them", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/accounts/demo/keys/key-1`);
      await page.getByRole("heading", { name: "Settings" }).waitFor();
      expect(await page.getByRole("button", { name: "Save" }).count()).toBe(0);
    }));
});

describe("a budget", () => {
  it.each([
    ["research", { keyId: null, teamId: "research" }, "Team: research", ""],
    [
      "one that nobody named yet",
      { keyId: null, userId: "ko-aung" },
      "Another user, named below",
      "ko-aung",
    ],
    ["the key", { keyId: "key-1" }, "Key: Night batch", ""],
  ])(
    "of %s is set for weeks",
    (_name, of, scope, owner) =>
      inBrowser(browser, {}, async (context) => {
        const page = await signedIn(context, site, users.developer);
        await page.goto(`${site.url}/accounts/demo/budget`);
        await page.getByLabel("Applies to").selectOption({ label: scope });
        await page.getByLabel("Team or user").fill(owner);
        await page.getByLabel("Period").selectOption("week");
        await page.getByLabel("Limit in kyat").fill("5000");
        await page.getByRole("button", { name: "Set budget" }).click();
        await page.getByText("The budget is set.").waitFor();
        expect(site.rooms.commands.at(-1)?.body).toEqual({
          ...of,
          period: "week",
          limitMicroKyat: "5000000000",
        });
      }),
  );

  it("of a team without a name is refused at the field", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.goto(`${site.url}/accounts/demo/budget`);
      const before = site.rooms.commands.length;
      await page.getByLabel("Applies to").selectOption("team");
      await page.getByRole("button", { name: "Set budget" }).click();
      expect(await page.getByLabel("Team or user").getAttribute("aria-invalid")).toBe("true");
      expect(site.rooms.commands.length).toBe(before);
    }));
});

describe("a plan", () => {
  it("is published as a whole, from its newest version", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/plans`);
      await page.getByRole("link", { name: "Edit: GROWTH" }).click();
      await page.getByLabel("Requests a minute").fill("0");
      await page.getByRole("button", { name: "Publish plan" }).click();
      const field = page.getByLabel("Requests a minute");
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      await field.fill("250");
      await page.getByRole("button", { name: "Publish plan" }).click();
      await page.getByText("The plan is published.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        path: "/v1/plans",
        body: {
          planId: "growth",
          name: "GROWTH",
          family: "startups",
          monthlyPriceNanoUsd: "99000000000",
          limits: {
            requestsPerMinute: 250,
            tokensPerMinute: null,
            requestsPerDay: null,
            tokensPerMonth: 10_000_000,
            concurrentRequests: null,
          },
        },
      });
      await page.getByRole("link", { name: "Publish plan" }).click();
      for (
        const [name, value] of [["Plan ID", "growth"], ["Name", "x"], ["Family", "y"]] as const
      ) {
        await page.getByLabel(name, { exact: true }).fill(value);
      }
      await page.getByRole("button", { name: "Publish plan" }).click();
      await page.getByText("There is another version of this plan").waitFor();
    }));

  it("is assigned to a key by an admin, and its use is seen by the developer", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/accounts/demo/plan`);
      await page.getByLabel("Applies to").selectOption({ label: "Night batch" });
      await page.getByLabel("Plan", { exact: true }).selectOption("free");
      await page.getByRole("button", { name: "Assign plan" }).click();
      await page.getByText("The plan is assigned.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        method: "PUT",
        path: "/v1/accounts/demo/keys/key-1/plan",
        body: { planId: "free" },
      });
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(`${site.url}/sign-in`);
      const developer = await signedIn(context, site, users.developer);
      await developer.getByRole("link", { name: "Plan", exact: true }).click();
      await developer.getByText("150 / 200").waitFor();
      await developer.getByText("Live", { exact: true }).waitFor();
      expect(await developer.getByRole("button", { name: "Assign plan" }).count()).toBe(0);
      expect((await developer.goto(`${site.url}/plans/publish`))?.status()).toBe(403);
    }));
});

describe("a request", () => {
  it("tells where it went and why, and what its provider says of it", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.goto(site.url + REQUEST);
      await page.getByText("cerebras: left out, its circuit is open").waitFor();
      for (
        const text of [
          "free-first · Version 2",
          "organisation",
          "beside another",
          "overloaded",
          "0.0002 USD",
          "0.00052 USD",
          "0.000011 USD",
          '"completion_tokens": 506',
        ]
      ) {
        expect([text, await page.getByText(text).count() > 0]).toEqual([text, true]);
      }
    }));
});
