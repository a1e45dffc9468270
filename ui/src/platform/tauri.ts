// The desktop window: one command `call` over the registry, and the host's own commands.
import { invoke } from "@tauri-apps/api/core";
import { listen, type EventCallback, type EventName } from "@tauri-apps/api/event";
import { newKey, stageEach, toCallError, type StagedBlob, type StagedPhotos, type HostState, type Platform, type Progress, type Unlisten } from "./types";

async function command<T>(name: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(name, args);
  } catch (thrown) {
    throw toCallError(thrown);
  }
}

function on<T>(event: EventName, cb: EventCallback<T>): Unlisten {
  const pending = listen<T>(event, cb);
  return () => void pending.then((stop) => stop());
}

const progressOf = new Map<string, (p: Progress) => void>();
let progressStarted = false;
function startProgress(): void {
  if (progressStarted) return;
  progressStarted = true;
  on<{ key: string; done: number; total: number }>("progress", ({ payload }) => {
    progressOf.get(payload.key)?.({ done: payload.done, total: payload.total });
  });
}

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      const url = String(reader.result);
      resolve(url.slice(url.indexOf(",") + 1));
    });
    reader.addEventListener("error", () => reject(reader.error ?? new Error("read")));
    reader.readAsDataURL(file);
  });
}

export const tauriPlatform: Platform = {
  kind: "window",
  async call(op, req, opts = {}) {
    const { signal, onProgress } = opts;
    signal?.throwIfAborted();
    const key = opts.key ?? (signal || onProgress ? newKey() : undefined);
    const cancel = () => void invoke("cancel", { key }).catch(() => undefined);
    if (key !== undefined && onProgress) {
      startProgress();
      progressOf.set(key, onProgress);
    }
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return await command("call", { op, payload: req, key });
    } finally {
      signal?.removeEventListener("abort", cancel);
      if (key !== undefined) progressOf.delete(key);
    }
  },
  hostState: () => command<HostState>("host_state"),
  hostInit: (req) => command("host_init", { init: req }),
  hostUnlock: async (req) => void (await command("host_unlock", { ...req })),
  pickWorkbook: () => command<StagedBlob | null>("pick_workbook"),
  stageFile: async (file) => command<StagedBlob>("stage_bytes", { fileName: file.name, base64: await base64Of(file) }),
  stagePath: (path) => command<StagedBlob>("stage_path", { path }),
  pickPhotos: (folder) => command<StagedPhotos | null>("pick_photos", { folder }),
  pickPhoto: () => command<StagedBlob | null>("pick_photo"),
  stagePhotoPaths: (paths) => command<StagedPhotos>("stage_photos", { paths }),
  stagePhotoFiles: (files) => stageEach(files, tauriPlatform.stageFile),
  saveBlob: (blobId, fileName) => command<{ path: string } | null>("save_blob", { blobId, fileName }),
  onDrop(cb) {
    const stops = [
      on("tauri://drag-enter", () => cb({ kind: "over" })),
      on("tauri://drag-leave", () => cb({ kind: "leave" })),
      on<{ paths?: string[] }>("tauri://drag-drop", ({ payload }) => {
        const paths = payload.paths ?? [];
        const [path] = paths;
        cb(path === undefined ? { kind: "leave" } : { kind: "drop", path, paths });
      }),
    ];
    return () => stops.forEach((stop) => stop());
  },
  onClosing: (cb) => on("closing", () => cb()),
  onDataChanged: (cb) => on("data-changed", () => cb()),
};
