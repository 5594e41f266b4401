/** Builds one SVG sprite from the icons named in `src/icons.json` and from our own state marks. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { MARKS } from "./marks.ts";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const ATTRIBUTES =
  'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';

/** Drawing instructions of one outline icon, without its outer element and its empty bounding box. */
export function innerShapes(svg: string): string {
  const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(svg)?.[1];
  if (inner === undefined) throw new Error("not an SVG document");
  return inner
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, "")
    .replace(/\s*\n\s*/g, "");
}

export async function buildSprite(): Promise<string> {
  const names: Record<string, string> = JSON.parse(await readFile(`${HERE}src/icons.json`, "utf8"));
  const symbols = await Promise.all(
    Object.entries(names).map(async ([id, icon]) => {
      const svg = await readFile(`${HERE}node_modules/@tabler/icons/icons/outline/${icon}.svg`, "utf8");
      return `<symbol id="${id}" ${ATTRIBUTES}>${innerShapes(svg)}</symbol>`;
    }),
  );
  const marks = Object.entries(MARKS).map(([id, shapes]) => `<symbol id="${id}" ${ATTRIBUTES}>${shapes}</symbol>`);
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${[...symbols, ...marks].join("\n")}\n</svg>\n`;
}

/** The hills alone, as the icon of the browser's tab. */
export function siteMark(): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" color="#1f6f54">${MARKS["mark-hills"]}</svg>\n`;
}

export function iconSprite(): Plugin {
  return {
    name: "icon-sprite",
    apply: "build",
    async buildStart() {
      this.emitFile({
        type: "asset",
        name: "icons.svg",
        originalFileName: "icons.svg",
        source: await buildSprite(),
      });
      this.emitFile({ type: "asset", name: "mark.svg", originalFileName: "mark.svg", source: siteMark() });
    },
  };
}
