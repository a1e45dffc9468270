// The one place that knows where the page runs.
import { isTauri } from "@tauri-apps/api/core";
import { httpPlatform } from "./http";
import { tauriPlatform } from "./tauri";
import type { Platform } from "./types";

export const platform: Platform = isTauri() ? tauriPlatform : httpPlatform;
export * from "./types";
