/** What went wrong, in words, never a stack. */
import { HttpError } from "fresh";
import type { TextKey } from "../i18n/mod.ts";
import { RoomError } from "../rooms/mod.ts";
import { define, newOperationId, type State } from "../state.ts";

export default define.layout(({ error, state, url }) => {
  const { title, text, retry } = explained(error, state, url);
  state.title = title;
  return (
    <div class="mx-auto max-w-xl py-12">
      <h1>{title}</h1>
      <p class="mt-2 text-muted break">{text}</p>
      <p class="actions mt-5">
        {retry && <a class="button" href={url.pathname + url.search}>{state.t("try_again")}</a>}
        <a class="button button-quiet" href="/">{state.t("home")}</a>
      </p>
    </div>
  );
});

interface Explained {
  readonly title: string;
  readonly text: string;
  readonly retry: boolean;
}

function explained(error: unknown, state: State, url: URL): Explained {
  const { t, services } = state;
  const plain = (title: TextKey, text: TextKey): Explained => ({
    title: t(title),
    text: t(text),
    retry: false,
  });
  if (error instanceof RoomError) {
    services.log.warn("room_failed", { path: url.pathname, message: error.message, cause: error });
    return {
      title: t("error_title_room"),
      text: t("error_room", { room: error.room }),
      retry: true,
    };
  }
  if (error instanceof HttpError) {
    if (error.message === "csrf") return plain("error_title_form", "error_csrf");
    switch (error.status) {
      case 401:
      case 403:
        return plain("error_title_403", "error_403");
      case 404:
        return plain("error_title_404", "error_404");
      case 413:
        return plain("error_title_form", "error_too_large");
      default:
        return plain("error_title_form", "error_405");
    }
  }
  const reference = newOperationId(state);
  services.log.error("page_failed", {
    reference,
    path: url.pathname,
    error: error instanceof Error ? error : new Error(String(error)),
  });
  return { title: t("error_title"), text: t("error", { reference }), retry: true };
}
