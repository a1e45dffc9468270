// A browser against a server: the same registry over POST /api/call/{op}.
import { CallError, newKey, stageEach, toCallError, type StagedBlob, type HostState, type Platform } from "./types";

// In memory only: a reload asks for the password again.
let token = "";

async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token) headers.set("authorization", `Bearer ${token}`);
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers });
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw new CallError([]);
  }
  if (!answer.ok) throw toCallError(await answer.json().catch(() => null));
  return answer;
}

async function stage(file: File): Promise<StagedBlob> {
  const answer = await send(`/api/blob?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
  return (await answer.json()) as StagedBlob;
}

function choose(accept: string, several: { folder: boolean } | null = null): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.multiple = several !== null;
    input.webkitdirectory = several?.folder ?? false;
    input.addEventListener("change", () => resolve([...(input.files ?? [])]));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  });
}

export const httpPlatform: Platform = {
  kind: "http",
  async call(op, req, opts = {}) {
    const answer = await send(`/api/call/${op}`, {
      method: "POST",
      body: JSON.stringify(req),
      headers: { "content-type": "application/json", "idempotency-key": opts.key ?? newKey() },
      signal: opts.signal ?? null,
    });
    const body = await answer.json();
    if (op === "session.signIn") token = String(body.token);
    if (op === "session.signOut") token = "";
    return body;
  },
  async hostState() {
    return (await (await send("/api/host", { method: "GET" })).json()) as HostState;
  },
  hostInit: () => Promise.reject(new CallError([])),
  hostUnlock: () => Promise.reject(new CallError([])),
  async pickWorkbook() {
    const [file] = await choose(".xlsx,.xlsm,.xls,.csv");
    return file ? stage(file) : null;
  },
  async pickPhotos(folder) {
    const files = await choose(folder ? "" : ".zip,.jpg,.jpeg,.png", { folder });
    return files.length === 0 ? null : stageEach(files, stage);
  },
  async pickPhoto() {
    const [file] = await choose(".jpg,.jpeg,.png");
    return file ? stage(file) : null;
  },
  stagePhotoPaths: () => Promise.reject(new CallError([])),
  stagePhotoFiles: (files) => stageEach(files, stage),
  stageFile: stage,
  stagePath: () => Promise.reject(new CallError([])),
  async saveBlob(blobId, fileName) {
    const blob = await (await send(`/api/blob/${blobId}`, { method: "GET" })).blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = fileName;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return { path: fileName };
  },
  onDrop(cb) {
    const over = (e: DragEvent) => {
      e.preventDefault();
      cb({ kind: "over" });
    };
    const leave = (e: DragEvent) => {
      if (e.relatedTarget === null) cb({ kind: "leave" });
    };
    const drop = (e: DragEvent) => {
      e.preventDefault();
      const files = [...(e.dataTransfer?.files ?? [])];
      const [file] = files;
      cb(file ? { kind: "drop", file, files } : { kind: "leave" });
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  },
  onClosing: () => () => undefined,
  onDataChanged: () => () => undefined,
};
