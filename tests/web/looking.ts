/** Looking at pages as a person would. @module */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { expect } from "vitest";
import { screenshotPath } from "./web_site.ts";

/** A desk. */
export const WIDE = { viewport: { width: 1280, height: 900 } };
/** A hand. */
export const NARROW = { viewport: { width: 360, height: 740 } };

/** Runs `look` in a context of its own; a refused resource or a script's error fails it. */
export async function inBrowser(
  browser: Browser,
  options: BrowserContextOptions,
  look: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ ...WIDE, ...options });
  const errors: string[] = [];
  context.on("weberror", (error) => errors.push(error.error().message));
  context.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) errors.push(message.text());
  });
  try {
    await look(context);
    expect(errors).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Keeps a picture of the whole page in the tests' output. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: await screenshotPath(name), fullPage: true });
}

/** By how many pixels the page is wider than the window. */
export async function overflow(page: Page): Promise<number> {
  return await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth
  );
}

/** How the pages are looked at: colours, width, language. */
export const LOOKS = [
  ["light", "wide", "en"],
  ["dark", "wide", "en"],
  ["light", "narrow", "en"],
  ["dark", "narrow", "my"],
  ["light", "wide", "my"],
] as const;
