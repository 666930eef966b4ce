import { describe, expect, it } from "vitest";
import { classify, isEcho, NOTHING_SAID, type Said } from "./mod.ts";

const failed = (status: number, said: Partial<Said>) =>
  classify(status, new Headers(), { ...NOTHING_SAID, ...said });

describe("words that a class was recognised by", () => {
  it.each([
    // Unknown members are named by those who refuse them.
    ["billing: Extra inputs are not permitted", { billing: 1 }],
    ["Invalid value: 'out of credits'. Supported values are: 'text'.", { type: "out of credits" }],
    ["Invalid parameter: api_key", { api_key: "x" }],
    ['Unknown name "expired api_key": Cannot find field.', { "expired api_key": 1 }],
  ])("are an echo where the caller said them: %s", (message, body) => {
    const { errorClass, words } = failed(400, { message, type: "invalid_request_error" });
    expect(["auth", "quota_exceeded"]).toContain(errorClass);
    expect(isEcho(words ?? "", JSON.stringify({ model: "m", ...body }))).toBe(true);
    const form = new FormData();
    for (const [name, value] of Object.entries(body)) form.set(name, `${value}`);
    expect(isEcho(words ?? "", form)).toBe(true);
  });

  it.each([
    [400, "Your credit balance is too low to access the API.", "quota_exceeded"],
    [400, "Incorrect API key provided: gq*******sg.", "auth"],
    [400, "The model `m` does not exist", "model_not_found"],
  ])("are the provider's own where nobody else said them: %i %s", (status, message, errorClass) => {
    const failure = failed(status, { message });
    expect(failure.errorClass).toBe(errorClass);
    const sent = JSON.stringify({ model: "m", messages: [{ role: "user", content: "hi there" }] });
    expect(isEcho(failure.words ?? "", sent)).toBe(false);
  });

  it("are not asked for where a code or a status of the provider's own decides", () => {
    expect(failed(401, { message: "Invalid API key" })).not.toHaveProperty("words");
    expect(failed(400, { code: "insufficient_quota", message: "billing" }))
      .not.toHaveProperty("words");
    expect(failed(429, { message: "You exceeded your current quota" }))
      .toMatchObject({ errorClass: "quota_exceeded" });
    expect(failed(429, { message: "You exceeded your current quota" })).not.toHaveProperty("words");
  });
});

describe("a forbidden call", () => {
  it.each([
    "You do not have permission to access the File abc or it may not exist.",
    "CachedContent not found (or permission denied)",
  ])("about what the request named says nothing of the key: %s", (message) => {
    expect(failed(403, { message, type: "PERMISSION_DENIED" }).errorClass).toBe("invalid_request");
  });

  it("is doubtful without a word of a key, as where a firewall dislikes a prompt", () => {
    const page = "<html><head><title>403 Forbidden</title></head>";
    expect(failed(403, { message: page })).toMatchObject({ doubtful: true });
    expect(failed(403, {})).toMatchObject({ doubtful: true });
    expect(failed(403, { message: "This API key may not do that." }))
      .not.toHaveProperty("doubtful");
    expect(failed(403, { message: "No.", type: "PERMISSION_DENIED" }))
      .toMatchObject({ errorClass: "auth" });
  });
});

it("what was not found besides a model says nothing of the model", () => {
  expect(failed(404, { message: "Prompt with id 'pmpt_1' not found" }).errorClass)
    .toBe("invalid_request");
  expect(failed(404, { message: "The model `x` does not exist" }).errorClass)
    .toBe("model_not_found");
});
