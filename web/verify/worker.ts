/** Verifies beside the page, so that the page stays alive meanwhile. @module */
import { browserCrypto } from "./browser_crypto.ts";
import { checkFiles } from "./check_files.ts";
import type { VerifyNews, VerifyTask } from "./messages.ts";

const tell = (news: VerifyNews) => self.postMessage(news);

self.addEventListener("message", (event: MessageEvent<VerifyTask>) => {
  checkFiles(event.data, browserCrypto, ({ events, ofEvents }) => {
    tell({ kind: "progress", events, ofEvents });
  }).then(
    (outcomes) => tell({ kind: "done", outcomes }),
    (error) => tell({ kind: "failed", message: error instanceof Error ? error.message : "?" }),
  );
});
