/** Data URLs and media types. @module */
import type { FilePart, FileSource } from "./conversation.ts";

const DATA_URL = /^data:([^;,]{1,100})(?:;[^,;]{1,100})*;base64,/;

/** The source that a URL stands for: its data, or itself. Null when its data is not base64. */
export function sourceOf(url: string): FileSource | null {
  if (!url.startsWith("data:")) return { kind: "url", url, mediaType: typeByName(url) };
  const found = DATA_URL.exec(url);
  return found === null
    ? null
    : { kind: "data", mediaType: found[1] ?? "", base64: url.slice(found[0].length) };
}

/** The URL of a source, with its data in it where it has data. */
export function urlOf(source: FileSource): string {
  return source.kind === "url" ? source.url : `data:${source.mediaType};base64,${source.base64}`;
}

/** What a media type is a file of; null when no protocol but one takes it. */
export function sortOf(mediaType: string): FilePart["sort"] | null {
  if (mediaType.startsWith("image/")) return "image";
  if (mediaType.startsWith("audio/")) return "audio";
  return mediaType === "application/pdf" ? "document" : null;
}

const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
};

function typeByName(url: string): string | null {
  const ending = /\.([a-z]{3,4})(?:[?#]|$)/i.exec(url)?.[1]?.toLowerCase();
  return TYPES[ending ?? ""] ?? null;
}
