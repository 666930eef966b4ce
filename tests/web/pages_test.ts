import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
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

describe("the door", () => {
  it("lets in by keyboard alone, back to the page that was asked for", () =>
    inBrowser({}, async (context) => {
      const page = await context.newPage();
      await page.goto(`${site.url}/requests?state=settled`);
      expect(new URL(page.url()).pathname).toBe("/sign-in");
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
        "Skip to content",
      );
      await page.keyboard.press("Tab");
      await page.keyboard.type(users.developer.email);
      await page.keyboard.press("Tab");
      await page.keyboard.type(users.developer.password);
      await page.keyboard.press("Enter");
      await page.waitForURL(`${site.url}/requests?state=settled`);
      await page.getByRole("heading", { name: "Requests", level: 1 }).waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(`${site.url}/sign-in`);
      await page.goto(`${site.url}/requests`);
      expect(new URL(page.url()).pathname).toBe("/sign-in");
    }));

  it("says that email and password do not fit, and not which", () =>
    inBrowser({}, async (context) => {
      const page = await context.newPage();
      for (const email of [users.developer.email, "nobody@sargalay.test"]) {
        await page.goto(`${site.url}/sign-in`);
        await page.getByLabel("Email").fill(email);
        await page.getByLabel("Password").fill("wrong horse");
        await page.getByRole("button", { name: "Sign in" }).click();
        expect(await page.getByRole("alert").textContent()).toBe(
          "Email and password do not fit. Check both and try again.",
        );
        expect(await page.getByLabel("Email").inputValue()).toBe(email);
      }
    }));

  it("keeps sessions out of reach of scripts and other sites", () =>
    inBrowser({}, async (context) => {
      await signedIn(context, site, users.developer);
      const cookies = await context.cookies();
      expect(cookies.length).toBeGreaterThan(1);
      for (const cookie of cookies) {
        expect([cookie.name, cookie.httpOnly, cookie.sameSite]).toEqual([cookie.name, true, "Lax"]);
      }
    }));
});

describe("a developer", () => {
  it("sees the balance change while looking", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      const figure = page.locator("[aria-live=polite].balance-figure");
      await page.getByText("Live", { exact: true }).waitFor();
      const before = site.rooms.account;
      site.rooms.setBalance({ availableMicroKyat: "31415926535", heldMicroKyat: "500000" });
      await page.getByText(".926535").waitFor();
      expect((await figure.textContent())?.trim()).toBe("31,415.926535 kyat");
      site.rooms.setBalance(before);
      await page.getByText(".654321").waitFor();
    }));

  it("is shown a key once, copies it, and revokes it", () =>
    inBrowser({ permissions: ["clipboard-read", "clipboard-write"] }, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.getByRole("link", { name: "API keys" }).click();
      await page.getByLabel("Label").fill("Night batch");
      await page.getByRole("button", { name: "Create API key" }).click();
      const secret = (await page.locator("#secret").textContent()) ?? "";
      expect(secret).toMatch(/^sk-sgl-/);
      await page.getByRole("status").getByRole("button", { name: "Copy" }).click();
      await page.getByRole("button", { name: "Copied" }).waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
      await saveScreenshot(page, "key-issued-light-wide");

      await page.goto(`${site.url}/accounts/demo/keys`);
      expect(await page.content()).not.toContain(secret);
      await page.getByRole("link", { name: "Revoke: Night batch" }).click();
      await page.getByRole("heading", { name: "Revoke the key “Night batch”?" }).waitFor();
      await page.getByRole("button", { name: "Revoke key" }).click();
      await page.getByText("The key is revoked.").waitFor();
      await page.getByText("Revoked", { exact: true }).waitFor();
    }));

  it("pages through requests and opens one", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.goto(`${site.url}/requests`);
      await page.getByRole("link", { name: "Older" }).click();
      await page.getByRole("link", { name: "Back to the newest" }).click();
      await page.getByRole("row").nth(1).getByRole("link").first().click();
      await page.getByRole("heading", { name: "How the charge came about" }).waitFor();
      expect(await page.getByText("Reported by the provider").count()).toBe(1);
    }));

  it("may not see other accounts, nor what belongs to staff", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      for (const path of ["/accounts/other", "/accounts", "/books", "/events", "/prices/publish"]) {
        const answer = await page.goto(site.url + path);
        expect([path, answer?.status()]).toEqual([path, 403]);
        await page.getByRole("heading", { name: "This is not for you" }).waitFor();
      }
    }));
});

describe("an admin", () => {
  it("grants credit, told about mistakes beside the field", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.getByRole("link", { name: "Demo developer" }).click();
      await page.getByRole("link", { name: "Grant credit" }).click();
      await page.getByLabel("Amount in kyat").fill("1e9");
      await page.getByLabel("Reference").fill("Receipt 7");
      await page.getByRole("button", { name: "Grant credit" }).click();
      const field = page.getByLabel("Amount in kyat");
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      expect(await field.getAttribute("aria-describedby")).toContain("amount-problem");
      await saveScreenshot(page, "grant-credit-problem-light-wide");

      await field.fill("၂၅,၀၀၀.၅");
      await page.getByRole("button", { name: "Grant credit" }).click();
      await page.getByText("The credit is granted.").waitFor();
      const command = site.rooms.commands.at(-1);
      expect(command).toMatchObject({
        method: "POST",
        path: "/v1/accounts/demo/credits",
        body: {
          amountMicroKyat: "25000500000",
          source: "manual_payment",
          reference: "Receipt 7",
        },
      });
      expect(command?.actor).toMatch(/^user:/);
      expect(command?.idempotencyKey).toMatch(/^[0-9a-f-]{36}$/);
    }));

  it("reads the ledger's refusal on the form", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/accounts/demo/adjust`);
      await page.getByLabel("Amount in kyat").fill("-999999999");
      await page.getByLabel("Reason").fill("Too much");
      await page.getByRole("button", { name: "Post adjustment" }).click();
      expect(await page.getByRole("alert").textContent()).toBe("the wallet would go below zero");
    }));

  it("sets budget, exchange rate, markup and price in the ledger's units", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/accounts/demo/budget`);
      await page.getByLabel("Limit in kyat").fill("5000");
      await page.getByRole("button", { name: "Set budget" }).click();
      await page.getByText("The budget is set.").waitFor();
      expect(site.rooms.commands.at(-1)?.body).toEqual({
        keyId: null,
        period: "day",
        limitMicroKyat: "5000000000",
      });
      await page.goto(`${site.url}/rates`);
      await page.getByLabel("Kyat for one US dollar").fill("4512.75");
      await page.getByLabel("Source").fill("Reference");
      await page.getByRole("button", { name: "Set exchange rate" }).click();
      await page.getByText("The exchange rate is set.").waitFor();
      expect(site.rooms.commands.at(-1)?.body).toEqual({
        kyatPerUsd: "4512.75",
        source: "Reference",
      });
      await page.getByLabel("Markup in per cent").fill("7.5");
      await page.getByRole("button", { name: "Set markup" }).click();
      await page.getByText("The markup is set.").waitFor();
      expect(site.rooms.commands.at(-1)?.body).toEqual({ markupPartsPerMillion: 75_000 });
      expect(await page.locator("main").innerText()).toContain("0.00025 USD");
      await page.getByLabel("US dollars for one call").fill("0.0005");
      await page.getByRole("button", { name: "Set fee" }).click();
      await page.getByText("The fee is set.").waitFor();
      expect(site.rooms.commands.at(-1)?.body).toEqual({ picoUsdPerRequest: "500000000" });
      await publishPrice(page);
      expect(site.rooms.commands.at(-1)?.body).toMatchObject({
        model: "gpt-4o-mini",
        ratesPicoUsdPerUnit: { input: "150000", output: "600000" },
        maxOutputTokens: 16_384,
      });
    }));
});

async function publishPrice(page: Page): Promise<void> {
  await page.goto(`${site.url}/prices/publish?model=gpt-4o-mini`);
  const fields = {
    "Model": "gpt-4o-mini",
    "Display name": "GPT-4o mini",
    "Made by": "openai",
    "Source": "price list",
    "Context (Tokens)": "128,000",
    "Most output (Tokens)": "16384",
    "input": "0.15",
    "output": "0.60",
  };
  for (const [label, value] of Object.entries(fields)) {
    await page.getByRole("textbox", { name: label, exact: true }).first().fill(value);
  }
  await page.getByRole("button", { name: "Publish price" }).click();
  await page.getByText("The price is published.").waitFor();
}

describe("an auditor", () => {
  it("sees the books and the log, and changes nothing", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.getByRole("link", { name: "Ledger" }).click();
      await page.getByText("MMK: adds up to zero").waitFor();
      await saveScreenshot(page, "books-light-wide");
      await page.getByRole("link", { name: "Event log" }).click();
      await page.getByText("CreditGranted").waitFor();
      const answer = await page.goto(`${site.url}/accounts/demo/credit`);
      expect(answer?.status()).toBe(403);
    }));
});

describe("without scripts", () => {
  it("a key is issued, a balance read, and the language chosen", () =>
    inBrowser({ javaScriptEnabled: false }, async (context) => {
      const page = await signedIn(context, site, users.developer);
      expect(await page.locator(".balance-figure").textContent()).toContain("kyat");
      expect(await page.getByRole("button", { name: "Copy" }).count()).toBe(0);
      await page.getByRole("link", { name: "API keys" }).click();
      await page.getByLabel("Label").fill("No scripts");
      await page.getByRole("button", { name: "Create API key" }).click();
      expect(await page.locator("#secret").textContent()).toMatch(/^sk-sgl-/);
      await page.getByRole("button", { name: "မြန်မာ" }).click();
      expect(await page.locator("html").getAttribute("lang")).toBe("my");
      await page.getByRole("heading", { name: "API ကီးများ", level: 1 }).waitFor();
    }));
});

describe("every look", () => {
  it.each(LOOKS)("is whole: %s, %s, %s", (colorScheme, width, language) =>
    inBrowser(
      { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language },
      async (context) => {
        const name = `${colorScheme}-${width}-${language}`;
        const door = await context.newPage();
        await door.goto(`${site.url}/sign-in`);
        await saveScreenshot(door, `sign-in-${name}`);
        const page = await signedIn(context, site, users.developer);
        const pages = {
          overview: "/accounts/demo",
          requests: "/requests",
          request: "/requests/01900000-0000-7000-8000-000000000001",
          keys: "/accounts/demo/keys",
          budget: "/accounts/demo/budget",
          prices: "/prices",
        };
        for (const [title, path] of Object.entries(pages)) {
          await page.goto(site.url + path);
          expect(await page.locator("html").getAttribute("lang")).toBe(language);
          expect([title, await overflow(page)]).toEqual([title, 0]);
          await saveScreenshot(page, `${title}-${name}`);
        }
        const background = await page.evaluate(() =>
          getComputedStyle(document.body).backgroundColor
        );
        expect(background).toBe(colorScheme === "dark" ? "rgb(23, 21, 18)" : "rgb(247, 245, 241)");
      },
    ));

  it("can be chosen against the system's wish", () =>
    inBrowser({ colorScheme: "light" }, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.getByRole("button", { name: "Dark" }).click();
      expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        "rgb(23, 21, 18)",
      );
      await saveScreenshot(page, "accounts-dark-wide");
    }));

  it("says that upstream is simulated", () =>
    inBrowser({}, async (context) => {
      const page = await context.newPage();
      await page.goto(`${site.url}/sign-in`);
      expect(await page.getByRole("note").textContent()).toContain("SIMULATED upstream");
    }));
});

describe("a broken room", () => {
  it("is told in words, without a stack", () =>
    inBrowser({}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      site.rooms.breakProjections(true);
      try {
        const answer = await page.goto(`${site.url}/requests`);
        expect(answer?.status()).toBe(503);
        await page.getByRole("heading", { name: "A part of the system does not answer" }).waitFor();
        expect(await page.content()).not.toMatch(/\bat .*\.tsx?:\d+/);
        await saveScreenshot(page, "room-broken-light-wide");
      } finally {
        site.rooms.breakProjections(false);
      }
    }));
});
