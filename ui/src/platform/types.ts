// What the pages need from the program they run in: the desktop window or a browser.
import type { Ops, Problem, Role } from "../api.gen";

export type OpName = keyof Ops;
export type Req<K extends OpName> = Ops[K]["req"];
export type Res<K extends OpName> = Ops[K]["res"];

export type Progress = { done: number; total: number };
export type CallOptions = {
  /** Idempotency key: the same key with the same request never acts twice. */
  key?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
};

export type DemoAccount = { login: string; role: Role; roleName: string; password: string };
export type HostState = {
  state: "empty" | "locked" | "ready";
  dataDir: string;
  version: string;
  demoAccounts?: DemoAccount[];
  keyStore: "keyring" | "passphrase";
  needsPassphrase: boolean;
  problem?: Problem;
};
export type HostInit = {
  districts: { code: string; name: string }[];
  login: string;
  displayName: string;
  password: string;
  schoolYear: string;
  passphrase?: string;
};
export type HostUnlock = { passphrase?: string; recoveryCode?: string };
export type StagedBlob = { blobId: string; fileName: string; size: number };

/** Photos in as many packs as they need. */
export type StagedPhotos = { blobIds: string[]; source: string };

export type DropEvent = { kind: "over" } | { kind: "leave" } | { kind: "drop"; path?: string; paths?: string[]; file?: File; files?: File[] };
export type Unlisten = () => void;

export interface Platform {
  readonly kind: "window" | "http";
  call<K extends OpName>(op: K, req: Req<K>, opts?: CallOptions): Promise<Res<K>>;
  hostState(): Promise<HostState>;
  hostInit(req: HostInit): Promise<{ recoveryCode: string }>;
  hostUnlock(req: HostUnlock): Promise<void>;
  /** A dialog for one workbook; null when the person closed it. */
  pickWorkbook(): Promise<StagedBlob | null>;
  stageFile(file: File): Promise<StagedBlob>;
  stagePath(path: string): Promise<StagedBlob>;
  /** A dialog for a folder of photos, or for zips and photos; null when the person closed it. */
  pickPhotos(folder: boolean): Promise<StagedPhotos | null>;
  /** A dialog for one photo; null when the person closed it. */
  pickPhoto(): Promise<StagedBlob | null>;
  /** Folders, zips and photos that were dropped. */
  stagePhotoPaths(paths: string[]): Promise<StagedPhotos>;
  stagePhotoFiles(files: readonly File[]): Promise<StagedPhotos>;
  /** Null when the person closed the dialog. */
  saveBlob(blobId: string, fileName: string): Promise<{ path: string } | null>;
  onDrop(cb: (event: DropEvent) => void): Unlisten;
  /** The window is to close and waits for what is being written. */
  onClosing(cb: () => void): Unlisten;
  /** Another process changed the data. */
  onDataChanged(cb: () => void): Unlisten;
}

/** An answer that is not the wished one: problems to show, or an internal error with its number. */
export class CallError extends Error {
  readonly problems: Problem[];
  readonly traceId: string | undefined;
  readonly at: number = Date.now();
  constructor(problems: Problem[], traceId?: string) {
    super(problems.map((p) => p.code).join(", ") || "internal");
    this.name = "CallError";
    this.problems = problems;
    this.traceId = traceId;
  }
  has(code: string): boolean {
    return this.problems.some((p) => p.code === code);
  }
}

/** Stages files one after another. */
export async function stageEach(files: readonly File[], stage: (file: File) => Promise<StagedBlob>): Promise<StagedPhotos> {
  const blobIds: string[] = [];
  for (const file of files) {
    // One at a time: a school's network is narrow.
    // oxlint-disable-next-line no-await-in-loop
    blobIds.push((await stage(file)).blobId);
  }
  return { blobIds, source: files.length === 1 ? (files[0]?.name ?? "") : "" };
}

/** Random UUID; crypto.randomUUID is missing where the page's scheme is not "secure". */
export function newKey(): string {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const h = Array.from(b, (x) => x.toString(16).padStart(2, "0")).join("");
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

/** Turns whatever a host threw into a CallError. */
export function toCallError(thrown: unknown): CallError {
  if (thrown instanceof CallError) return thrown;
  if (thrown !== null && typeof thrown === "object") {
    const t = thrown as { problems?: unknown; traceId?: unknown };
    const trace = typeof t.traceId === "string" ? t.traceId : undefined;
    if (Array.isArray(t.problems)) return new CallError(t.problems as Problem[], trace);
    if (trace !== undefined) return new CallError([], trace);
  }
  return new CallError([]);
}
