/** Writes a gzip copy beside every text file of the bundle; the server sends it to browsers that accept it. */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|mjs|css|svg|json)$/;
const squeeze = promisify(gzip);

async function compressFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  for (const entry of entries) {
    if (!entry.isFile() || !TEXT.test(entry.name) || entry.name === "manifest.json") continue;
    const path = join(entry.parentPath, entry.name);
    await writeFile(`${path}.gz`, await squeeze(await readFile(path), { level: 9 }));
  }
}

export function compressedCopies(): Plugin {
  let folder = "";
  return {
    name: "compressed-copies",
    apply: "build",
    configResolved(config) {
      folder = config.build.outDir;
    },
    async closeBundle() {
      await compressFolder(folder);
    },
  };
}
