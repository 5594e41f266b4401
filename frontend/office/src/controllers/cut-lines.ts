/** Drawing cut lines over a patch (拆分图斑): clicks on the map become rows of a text field, and the other way round. */
import { part } from "../lib/dom";
import { Controller } from "../lib/registry";
import type { OfficeMap } from "../map/office-map";

export type Point = readonly [number, number];

/** Lines as they stand in the field, one a row, "lon,lat lon,lat"; what is no point is left out. */
export function readLines(text: string): Point[][] {
  return text.split("\n").map((row) =>
    row
      .trim()
      .split(/\s+/)
      .filter((word) => /^-?\d+(\.\d+)?[,，]-?\d+(\.\d+)?$/.test(word))
      .map((word): Point => {
        const [lon = NaN, lat = NaN] = word.split(/[,，]/).map(Number);
        return [lon, lat];
      }),
  );
}

/** Lines as they are written into the field: six decimals, about 0.1 m. */
export function writeLines(lines: readonly (readonly Point[])[]): string {
  return lines.map((line) => line.map(([lon, lat]) => `${lon.toFixed(6)},${lat.toFixed(6)}`).join(" ")).join("\n");
}

/** What is drawn: every line, and its points. */
export function sketch(lines: readonly (readonly Point[])[]): GeoJSON.FeatureCollection {
  const shapes: GeoJSON.Geometry[] = [];
  for (const line of lines) {
    const coordinates = line.map(([lon, lat]) => [lon, lat]);
    if (coordinates.length > 1) shapes.push({ type: "LineString", coordinates });
    for (const corner of coordinates) shapes.push({ type: "Point", coordinates: corner });
  }
  return {
    type: "FeatureCollection",
    features: shapes.map((geometry) => ({ type: "Feature", properties: {}, geometry })),
  };
}

/** The map beside the form of a split. */
export class CutLinesController extends Controller {
  connect(): void {
    const field = part<HTMLTextAreaElement>(document, "[data-cut-lines]");
    if (!field) return;
    this.element.addEventListener("qs:map-ready", (event) => {
      const { map } = (event as CustomEvent<{ map: OfficeMap }>).detail;
      map.capture = (lon, lat) => {
        const lines = readLines(field.value);
        (lines[lines.length - 1] ?? []).push([lon, lat]);
        this.put(field, map, lines);
      };
      const show = (): void => map.draw(sketch(readLines(field.value)));
      field.addEventListener("input", show, { signal: this.signal });
      this.press("[data-cut-next]", () => {
        const lines = readLines(field.value);
        if (lines[lines.length - 1]?.length) this.put(field, map, [...lines, []]);
      });
      this.press("[data-cut-undo]", () => {
        const lines = readLines(field.value);
        const last = lines[lines.length - 1];
        if (last?.length) last.pop();
        else lines.pop();
        this.put(field, map, lines);
      });
      show();
    });
  }

  private press(button: string, act: () => void): void {
    part(this.element, button)?.addEventListener("click", act, { signal: this.signal });
  }

  private put(field: HTMLTextAreaElement, map: OfficeMap, lines: readonly (readonly Point[])[]): void {
    field.value = writeLines(lines);
    map.draw(sketch(lines));
  }
}
