import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { compressedCopies } from "./build/compress.ts";
import { iconSprite } from "./build/icons.ts";

const outDir = fileURLToPath(new URL("../../src/qingshan/interfaces/web/static/web/dist", import.meta.url));

export default defineConfig({
  // Addresses inside the bundle are relative to it, so that it can be served from any static prefix.
  base: "./",
  publicDir: false,
  plugins: [iconSprite(), compressedCopies()],
  worker: { format: "es" },
  build: {
    outDir,
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2022",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input: { main: "src/main.ts" } },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.ts"],
    restoreMocks: true,
  },
});
