import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  clearScreen: false,
  server: { port: 1420, strictPort: true, host: "127.0.0.1" },
  build: {
    // WebKitGTK of Debian 12 / Ubuntu 22.04 and WebView2.
    target: ["es2022", "safari16"],
    chunkSizeWarningLimit: 1600,
    // Inline data URIs would need their own entries in the content security policy.
    assetsInlineLimit: 0,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test-setup.ts"],
    css: false,
    testTimeout: 20_000,
  },
});
