/** Drops an export, receipts or proofs, and checks them here in the browser. @module */
import { useEffect, useRef, useState } from "preact/hooks";
import {
  type NamedFile,
  type OutcomeTexts,
  OutcomeView,
  startVerifier,
  type VerifyNews,
  type VerifyOutcome,
  type VerifyTask,
} from "../verify/mod.ts";

/** The texts, and the keys that this server says are the ledger's. */
export interface VerifierProps {
  /** `NAME:BASE64` a line; "" when the ledger says none. */
  readonly keys: string;
  /** A receipt of this server to check at once; null: none. */
  readonly receipt: { readonly url: string; readonly name: string } | null;
  readonly texts:
    & Readonly<
      Record<
        | "drop"
        | "goodByServer"
        | "unreachable"
        | "chooseFolder"
        | "chooseFiles"
        | "keys"
        | "keysHint"
        | "working"
        | "noScripts",
        string
      >
    >
    & OutcomeTexts;
}

type Phase =
  | { readonly kind: "idle" }
  | { readonly kind: "working"; readonly done: number; readonly all: number }
  | { readonly kind: "done"; readonly outcomes: readonly VerifyOutcome[] }
  | { readonly kind: "failed"; readonly message: string };

/** Where files are dropped or chosen, and what checking them found. */
export default function Verifier({ keys: first, receipt, texts }: VerifierProps) {
  const [alive, setAlive] = useState(false);
  const [keys, setKeys] = useState(first);
  const [phase, setPhase] = useState<Phase>({ kind: "idle" });
  const worker = useRef<Worker | null>(null);
  useEffect(() => {
    setAlive(true);
    return () => worker.current?.terminate();
  }, []);

  const check = (files: readonly NamedFile[]) => {
    if (files.length === 0) return;
    worker.current?.terminate();
    const current = startVerifier();
    worker.current = current;
    setPhase({ kind: "working", done: 0, all: 0 });
    current.addEventListener("message", ({ data }: MessageEvent<VerifyNews>) => {
      if (data.kind === "progress") {
        setPhase({ kind: "working", done: data.events, all: data.ofEvents });
      } else setPhase(data);
    });
    current.addEventListener("error", (event) => {
      setPhase({ kind: "failed", message: event.message || "?" });
    });
    current.postMessage({ files, keys } satisfies VerifyTask);
  };
  useEffect(() => {
    if (receipt === null) return;
    fetchFile(receipt).then(
      (file) => check([file]),
      () => setPhase({ kind: "failed", message: texts.unreachable }),
    );
  }, []);
  if (!alive) return <p class="quiet">{texts.noScripts}</p>;
  return (
    <div class="stack">
      <div
        class="drop"
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          void filesOfDrop(event.dataTransfer).then(check);
        }}
      >
        <p>{texts.drop}</p>
        <p class="flex flex-wrap gap-3 justify-center">
          <Chooser text={texts.chooseFolder} folder onFiles={check} />
          <Chooser text={texts.chooseFiles} folder={false} onFiles={check} />
        </p>
      </div>
      <div class="field">
        <label for="trusted-keys">{texts.keys}</label>
        <textarea
          id="trusted-keys"
          rows={2}
          spellcheck={false}
          aria-describedby="trusted-keys-hint"
          value={keys}
          onInput={(event) => setKeys(event.currentTarget.value)}
        />
        <p class="hint" id="trusted-keys-hint">{texts.keysHint}</p>
      </div>
      <div aria-live="polite" class="stack" data-phase={phase.kind}>
        {phase.kind === "working" && (
          <p>
            {texts.working}{" "}
            <progress
              value={phase.all === 0 ? undefined : phase.done}
              max={phase.all || undefined}
            />
            {phase.all > 0 && ` ${phase.done} / ${phase.all}`}
          </p>
        )}
        {phase.kind === "failed" && <p class="notice tone-bad" role="alert">{phase.message}</p>}
        {phase.kind === "done" &&
          phase.outcomes.map((outcome, index) => (
            <OutcomeView
              key={index}
              outcome={outcome}
              // Keys that were only shown by this server are not yet the person's own word.
              texts={keys === first ? { ...texts, good: texts.goodByServer } : texts}
            />
          ))}
      </div>
    </div>
  );
}

function Chooser(
  { text, folder, onFiles }: {
    text: string;
    folder: boolean;
    onFiles: (files: readonly NamedFile[]) => void;
  },
) {
  return (
    <label class="button button-quiet">
      {text}
      <input
        class="sr-only"
        type="file"
        multiple
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => {
          const input = event.currentTarget;
          onFiles([...input.files ?? []].map((file) => ({ name: file.name, file })));
          input.value = "";
        }}
      />
    </label>
  );
}

async function fetchFile({ url, name }: { url: string; name: string }): Promise<NamedFile> {
  const response = await fetch(url, { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return { name, file: await response.blob() };
}

/** The files of a drop; of a folder, those directly in it. */
async function filesOfDrop(transfer: DataTransfer | null): Promise<NamedFile[]> {
  const entries = [...transfer?.items ?? []].map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const found: NamedFile[] = [];
  for (const entry of entries) {
    if (entry.isFile) found.push(await fileOf(entry as FileSystemFileEntry));
    else {
      const inside = await entriesOf(entry as FileSystemDirectoryEntry);
      for (const each of inside.filter(({ isFile }) => isFile)) {
        found.push(await fileOf(each as FileSystemFileEntry));
      }
    }
  }
  return found;
}

function fileOf(entry: FileSystemFileEntry): Promise<NamedFile> {
  return new Promise((resolve, reject) => {
    entry.file((file) => resolve({ name: file.name, file }), reject);
  });
}

/** All entries of a folder; a browser gives them in pieces of about a hundred. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  while (true) {
    const piece = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (piece.length === 0) return all;
    all.push(...piece);
  }
}
