import { describe, expect, it } from "vitest";
import { readAlertWebhook } from "../../config.ts";

const SECRET = `whsec_${btoa("a key of more than 24 bytes")}`;

describe("the settings of a webhook", () => {
  const settings = (url: string, secret: string) => ({
    SARGALAY_ALERT_WEBHOOK_URL: url,
    SARGALAY_ALERT_WEBHOOK_SECRET: secret,
  });

  it("may be left out, or set as a whole", () => {
    expect(readAlertWebhook({})).toBeNull();
    expect(readAlertWebhook(settings("", ""))).toBeNull();
    const both = { url: "http://127.0.0.1:9/x", secret: SECRET };
    expect(readAlertWebhook(settings(both.url, both.secret))).toEqual(both);
  });

  it.each([
    ["ftp://hooks.example/x", SECRET, "SARGALAY_ALERT_WEBHOOK_URL: expected http"],
    ["file:///etc/passwd", SECRET, "SARGALAY_ALERT_WEBHOOK_URL: expected http"],
    ["hooks.example", SECRET, "SARGALAY_ALERT_WEBHOOK_URL: expected http"],
    ["", SECRET, "SARGALAY_ALERT_WEBHOOK_URL: expected http"],
    ["https://me:pass@hooks.example/x", SECRET, "no user name or password"],
    ["https://hooks.example/x", "", "SARGALAY_ALERT_WEBHOOK_SECRET: expected whsec_"],
    ["https://hooks.example/x", "whsec_c2hvcnQ=", "24 to 64 bytes"],
    ["https://hooks.example/x", "a plain text that is long enough", "24 to 64 bytes"],
  ])("are refused when they are %s and %s", (url, secret, why) => {
    expect(() => readAlertWebhook(settings(url, secret))).toThrow(why);
    try {
      readAlertWebhook(settings(url, secret));
    } catch (error) {
      for (const value of [url, secret].filter((each) => each !== "")) {
        expect(String(error)).not.toContain(value);
      }
    }
  });
});
