/** Signs on the map, drawn here: states by shape as signed distances (coloured later), hatching as a pattern. */
export const SIZE = 48;
export type Shape = "disc" | "ring" | "diamond" | "square" | "triangle" | "half";

/** Signed distance in pixels from the point (x, y) to the edge of the shape; negative inside. */
function distance(shape: Shape, x: number, y: number): number {
  const radius = SIZE * 0.34;
  const round = Math.hypot(x, y);
  switch (shape) {
    case "disc":
      return round - radius;
    case "ring":
      return Math.abs(round - radius * 0.85) - radius * 0.22;
    case "half":
      return Math.min(Math.abs(round - radius * 0.85) - radius * 0.22, Math.max(round - radius, -x));
    case "diamond":
      return (Math.abs(x) + Math.abs(y) - radius * 1.25) / Math.SQRT2;
    case "square":
      return Math.abs(Math.max(Math.abs(x), Math.abs(y)) - radius * 0.78) - radius * 0.22;
    case "triangle":
      return Math.abs(Math.max(y - radius * 0.7, (Math.abs(x) * 1.73 - y) / 2 - radius * 0.5)) - radius * 0.22;
  }
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** A signed-distance picture: alpha 192 on the edge, more inside, as the map's shader expects. */
export function shapePicture(shape: Shape): Picture {
  const data = new Uint8ClampedArray(SIZE * SIZE * 4);
  for (let row = 0; row < SIZE; row += 1) {
    for (let column = 0; column < SIZE; column += 1) {
      const away = distance(shape, column + 0.5 - SIZE / 2, row + 0.5 - SIZE / 2);
      const at = (row * SIZE + column) * 4;
      data[at] = data[at + 1] = data[at + 2] = 255;
      data[at + 3] = 192 - away * 12;
    }
  }
  return { width: SIZE, height: SIZE, data };
}

/** Diagonal hatching of areas that are made up, repeating without a seam. */
export function hatchPicture(colour: readonly [number, number, number]): Picture {
  const side = 12;
  const data = new Uint8ClampedArray(side * side * 4);
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const at = (row * side + column) * 4;
      data.set([...colour, (row + column) % side < 1 ? 150 : 0], at);
    }
  }
  return { width: side, height: side, data };
}

/** "#1f6f54" → [31, 111, 84]. */
export function rgb(hex: string): [number, number, number] {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex.trim());
  if (!match) return [110, 110, 110];
  return [parseInt(match[1] ?? "0", 16), parseInt(match[2] ?? "0", 16), parseInt(match[3] ?? "0", 16)];
}

export const SHAPES: readonly Shape[] = ["disc", "ring", "diamond", "square", "triangle", "half"];

/** Which shape says which state; a state not named here is being worked on. */
export const SHAPE_OF_STATE: Readonly<Record<string, Shape>> = {
  substantiated: "diamond",
  city_passed: "diamond",
  county_recheck: "square",
  city_recheck: "square",
  accepted: "square",
  reported: "square",
  inconclusive: "triangle",
  archived: "ring",
  closed: "ring",
  earlier: "half",
  closed_before: "ring",
};
