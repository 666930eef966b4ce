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

describe("every look", () => {
  it.each(LOOKS)("is whole: %s, %s, %s", (colorScheme, width, language) =>
    inBrowser(
      browser,
      { ...(width === "wide" ? WIDE : NARROW), colorScheme, locale: language },
      async (context) => {
        const page = await signedIn(context, site, users.admin);
        const pages = {
          providers: "/providers",
          provider: "/providers/groq-eu",
          "new-provider": "/new-provider",
          "remove-provider-key": "/providers/groq-eu/keys/pk-1",
          routers: "/routers",
          router: "/routers/free-first",
          "router-edit": "/routers/free-first/edit",
          models: "/prices?text=pro",
          "price-form": "/prices/publish?model=google%2Fgemini-2.5-pro",
        };
        for (const [title, path] of Object.entries(pages)) {
          await page.goto(site.url + path);
          expect([title, await overflow(page)]).toEqual([title, 0]);
          await saveScreenshot(page, `${title}-${colorScheme}-${width}-${language}`);
        }
      },
    ));
});

describe("a provider", () => {
  it("is configured, mistakes told beside the field", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/providers`);
      await page.getByRole("link", { name: "New provider" }).click();
      await page.getByLabel("Name", { exact: true }).fill("vllm-lab");
      await page.getByLabel("Profile").fill("openai_compatible");
      await page.getByLabel("Models, one a line").fill("lab/model = a = b");
      await page.getByLabel("Models", { exact: true }).selectOption("listed");
      await page.getByRole("button", { name: "Save the provider" }).click();
      for (const field of ["Base URL", "Models, one a line"]) {
        expect(await page.getByLabel(field).getAttribute("aria-invalid")).toBe("true");
      }
      await saveScreenshot(page, "new-provider-problems-light-wide-en");
      await page.getByLabel("Base URL").fill("http://10.0.0.7:8000/v1");
      await page.getByLabel("Models, one a line").fill("lab/model = qwen3\nlab/other");
      await page.getByRole("button", { name: "Save the provider" }).click();
      await page.getByText("The provider is saved.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        method: "PUT",
        path: "/v1/providers/vllm-lab",
        body: {
          profile: "openai_compatible",
          baseUrl: "http://10.0.0.7:8000/v1",
          enabled: true,
          priority: 100,
          models: { "lab/model": "qwen3", "lab/other": "lab/other" },
          expectedVersion: 0,
        },
      });
      await page.getByLabel("Switched on").selectOption("no");
      await page.getByRole("button", { name: "Save the provider" }).click();
      await page.getByText("The provider is saved.").waitFor();
      const body = { enabled: false, models: { "lab/model": "qwen3" }, expectedVersion: 1 };
      expect(site.rooms.commands.at(-1)?.body).toMatchObject(body);
    }));

  it("is given a key that nobody sees again, and loses it for a reason", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/providers/groq-eu`);
      const secret = page.getByLabel("Key", { exact: true });
      await secret.fill("gsk_very-secret-4711");
      await page.getByLabel("For", { exact: true }).selectOption("organisation");
      await page.getByRole("button", { name: "Store key" }).click();
      expect(await page.getByLabel("Whose").getAttribute("aria-invalid")).toBe("true");
      expect(await secret.inputValue()).toBe("");
      expect(await page.content()).not.toContain("gsk_very");
      await secret.fill("gsk_very-secret-4711");
      await page.getByLabel("Whose").fill("demo");
      await page.getByRole("button", { name: "Store key" }).click();
      await page.getByText("The key is sealed and stored.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        path: "/v1/provider-keys",
        body: {
          provider: "groq-eu",
          level: "organisation",
          ownerId: "demo",
          secret: "gsk_very-secret-4711",
        },
      });
      await page.getByText("…4711").waitFor();
      expect(await page.content()).not.toContain("gsk_very");

      await page.getByRole("link", { name: "Remove: groq-eu 0badf00d" }).click();
      await page.getByLabel("Reason").fill("Leaked");
      await page.getByRole("button", { name: "Remove the provider key" }).click();
      await page.getByText("The key is removed.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        method: "DELETE",
        path: "/v1/provider-keys/groq-eu/pk-2",
      });
      expect(await page.getByText("…4711").count()).toBe(0);
    }));

  it("is read by auditors, changed by none of them, and nothing to developers", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.auditor);
      await page.goto(`${site.url}/providers/groq-eu`);
      await page.getByText("…9f2a").waitFor();
      expect(await page.getByRole("button", { name: /Save|Store/ }).count()).toBe(0);
      for (const path of ["/new-provider", "/new-router", "/routers/free-first/edit"]) {
        expect([path, (await page.goto(site.url + path))?.status()]).toEqual([path, 403]);
      }
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.waitForURL(`${site.url}/sign-in`);
      const developer = await signedIn(context, site, users.developer);
      for (const path of ["/providers", "/providers/groq-eu", "/routers"]) {
        expect([path, (await developer.goto(site.url + path))?.status()]).toEqual([path, 403]);
      }
    }));
});

describe("a router", () => {
  it("is edited as JSON, each mistake named with its place, and keeps its versions", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/routers`);
      await page.getByText("Built in").waitFor();
      await page.getByRole("link", { name: "Free providers first" }).click();
      await page.getByRole("link", { name: "Edit" }).click();
      const text = page.getByLabel("Definition (JSON)");
      const builtIn = JSON.parse(await text.inputValue());
      expect(builtIn.fallback[0]).toEqual({ provider: "groq", model: "auto" });
      await text.fill(JSON.stringify({ ...builtIn, rules: [{ name: "x", strategy: "dear" }] }));
      await page.getByRole("button", { name: "Save the router" }).click();
      await page.getByText(/^rules\[0\]\.strategy: /).waitFor();
      expect(await text.getAttribute("aria-invalid")).toBe("true");
      await saveScreenshot(page, "router-mistakes-light-wide-en");
      const rule = {
        name: "Pictures at night",
        when: { modalities: ["image"], hours: { from: 22, to: 6 } },
        strategy: "weighted",
        targets: [{ provider: "gemini", model: null, weight: 3 }],
      };
      await text.fill(JSON.stringify({ ...builtIn, rules: [rule] }));
      await page.getByRole("button", { name: "Save the router" }).click();
      await page.getByText("The router is saved.").waitFor();
      expect(site.rooms.commands.at(-1)).toMatchObject({
        method: "PUT",
        path: "/v1/routers/free-first",
        body: { rules: [rule], expectedVersion: 0 },
      });
      await page.getByText("the call carries image and it is from 22:00 to 6:00 in Yangon")
        .waitFor();
      await saveScreenshot(page, "router-rules-light-wide-en");
      await page.getByRole("link", { name: "Edit from this one" }).click();
      expect(JSON.parse(await text.inputValue()).rules).toEqual([rule]);
    }));

  it("that was changed meanwhile is not overwritten", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/new-router`);
      const save = page.getByRole("button", { name: "Save the router" });
      await page.getByLabel("ID", { exact: true }).fill("night");
      await save.click();
      await page.getByText("The router is saved.").waitFor();
      await page.goto(`${site.url}/new-router`);
      await page.getByLabel("ID", { exact: true }).fill("night");
      await save.click();
      await page.getByText("The router night has version 1, not 0: read it again").waitFor();
    }));

  it("is removed for a reason", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/new-router`);
      await page.getByLabel("ID", { exact: true }).fill("short-lived");
      await page.getByRole("button", { name: "Save the router" }).click();
      await page.getByRole("link", { name: "Remove" }).click();
      await page.getByLabel("Reason").fill("Nobody needs it");
      await page.getByRole("button", { name: "Remove the router" }).click();
      await page.getByText("The router is removed.").waitFor();
      expect(site.rooms.commands.at(-1)?.path).toBe("/v1/routers/short-lived");
      await page.goto(`${site.url}/routers/short-lived`);
      await page.getByText("Edit an earlier version to have it again.").waitFor();
    }));

  it("has names of models beside it", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/routers`);
      await page.getByLabel("Alias", { exact: true }).fill("router/x");
      await page.getByRole("button", { name: "Set alias" }).click();
      expect(await page.getByLabel("Alias", { exact: true }).getAttribute("aria-invalid"))
        .toBe("true");
      await page.getByLabel("Alias", { exact: true }).fill("fast");
      await page.getByLabel("Stands for").fill("gpt-4o-mini, google/gemini-2.5-pro");
      await page.getByRole("button", { name: "Set alias" }).click();
      await page.getByText("The alias is set.").waitFor();
      expect(site.rooms.commands.at(-1)?.body).toEqual({
        alias: "fast",
        models: ["gpt-4o-mini", "google/gemini-2.5-pro"],
      });
    }));
});

describe("models for sale", () => {
  it("are found among many, by provider, kind and name, page by page", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.developer);
      await page.goto(`${site.url}/prices`);
      expect(await page.getByRole("row").count()).toBe(51);
      await page.getByRole("link", { name: "Next" }).click();
      await page.getByText("maker/model-050", { exact: true }).waitFor();
      await page.getByLabel("Provider or maker").fill("openrouter");
      await page.getByRole("button", { name: "Filter" }).click();
      await page.getByText("above 200,000 tokens: input 2.50, output 15.00").waitFor();
      expect(await page.getByRole("row").count()).toBe(2);
      await page.getByLabel("Provider or maker").fill("");
      await page.getByLabel("Kind").selectOption("embedding");
      await page.getByLabel("Name contains").fill("MODEL-11");
      await page.getByRole("button", { name: "Filter" }).click();
      await page.getByText("maker/model-110").waitFor();
      expect(await page.getByRole("row").count()).toBe(2);
      await page.getByLabel("Name contains").fill("no such model");
      await page.getByRole("button", { name: "Filter" }).click();
      await page.getByText("No model fits this filter.").waitFor();
    }));

  it("keep tiers, kind and modalities when only a rate is changed", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/prices?text=gemini`);
      await page.getByRole("link", { name: "Gemini 2.5 Pro" }).click();
      await page.locator("#input").fill("0.2");
      await page.getByRole("button", { name: "Publish price" }).click();
      await page.getByText("The price is published.").waitFor();
      expect(site.rooms.commands.at(-1)?.body).toEqual({
        model: "google/gemini-2.5-pro",
        displayName: "Gemini 2.5 Pro",
        ownedBy: "google",
        ratesPicoUsdPerUnit: { input: "200000", cached_input: "75000", output: "600000" },
        contextWindowTokens: 128_000,
        maxOutputTokens: 16_384,
        source: "catalogue 2026-08-01",
        kind: "chat",
        tiers: [{
          aboveInputTokens: 200_000,
          ratesPicoUsdPerUnit: { input: "2500000", output: "15000000" },
        }],
        inputModalities: ["text", "image", "video"],
        outputModalities: ["text"],
        capabilities: ["tools", "reasoning"],
        deprecatedOn: "2027-01-01",
        providers: ["gemini", "openrouter"],
      });
    }));

  it("are not published over by a form that never showed their price", () =>
    inBrowser(browser, {}, async (context) => {
      const page = await signedIn(context, site, users.admin);
      await page.goto(`${site.url}/prices/publish`);
      const before = site.rooms.commands.length;
      const typed = {
        model: "google/gemini-2.5-pro",
        displayName: "Gemini",
        ownedBy: "google",
        source: "by hand",
        contextWindowTokens: "1",
        maxOutputTokens: "1",
      };
      for (const [id, value] of Object.entries(typed)) await page.locator(`#${id}`).fill(value);
      await page.getByRole("button", { name: "Publish price" }).click();
      await page.getByText("This model has a newer price").waitFor();
      expect(site.rooms.commands.length).toBe(before);
      expect(await page.locator("#displayName").inputValue()).toBe("Gemini");
      expect(await page.locator("[name='tier0.above']").inputValue()).toBe("200000");
      await saveScreenshot(page, "price-changed-light-wide-en");
      await page.locator("[name='tier0.above']").fill("250000");
      await page.getByRole("checkbox", { name: "video" }).first().uncheck();
      await page.getByRole("button", { name: "Publish price" }).click();
      await page.getByText("The price is published.").waitFor();
      expect(site.rooms.commands.at(-1)?.body).toMatchObject({
        displayName: "Gemini",
        tiers: [{ aboveInputTokens: 250_000 }],
        inputModalities: ["text", "image"],
      });
    }));
});
