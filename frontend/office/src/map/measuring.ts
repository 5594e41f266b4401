/** Measuring on the map: clicks become a line or an area, planar in the zone of the place. */
import { areaOf, lengthOf, mu, type Position } from "../lib/gauss";
import type { OfficeMap } from "./office-map";

export type Mode = "line" | "area";

/** "1 234.56 m" below ten kilometres, "12.35 km" above. */
export function lengthText(metres: number): string {
  return metres < 10_000 ? `${metres.toFixed(2)} m` : `${(metres / 1000).toFixed(3)} km`;
}

const isEnglish = (): boolean => document.documentElement.lang === "en";

/** "12.34 亩（8226.67 m²）", on English pages "12.34 mu (8226.67 m²)". */
export function areaText(squareMetres: number): string {
  const [local, square] = [mu(squareMetres).toFixed(2), squareMetres.toFixed(2)];
  return isEnglish() ? `${local} mu (${square} m²)` : `${local} 亩（${square} m²）`;
}

/** What stands on the map while measuring. */
export function sketchOf(mode: Mode, points: readonly Position[]): GeoJSON.FeatureCollection {
  const corners = points.map(({ lon, lat }) => [lon, lat]);
  const shapes: GeoJSON.Geometry[] = corners.map((coordinates) => ({ type: "Point", coordinates }));
  const [first] = corners;
  if (mode === "area" && first && corners.length > 2) {
    shapes.unshift({ type: "Polygon", coordinates: [[...corners, first]] });
  } else if (corners.length > 1) shapes.unshift({ type: "LineString", coordinates: corners });
  return {
    type: "FeatureCollection",
    features: shapes.map((geometry) => ({ type: "Feature", properties: {}, geometry })),
  };
}

/** The figure to show; "" before there are enough points, null outside the zones of China. */
export function figureOf(mode: Mode, points: readonly Position[]): string | null {
  if (points.length < (mode === "line" ? 2 : 3)) return "";
  const length = lengthOf(mode === "line" ? points : [...points, ...points.slice(0, 1)]);
  const area = mode === "area" ? areaOf(points) : 0;
  if (length === null || area === null) return null;
  return mode === "line" ? lengthText(length) : [areaText(area), lengthText(length)].join(isEnglish() ? ", " : "，");
}

/** One measurement at a time. */
export class Measuring {
  private points: Position[] = [];
  private mode: Mode | null = null;

  constructor(
    private readonly map: OfficeMap,
    /** Told after each step; null figure: outside the zones. */
    private readonly tell: (mode: Mode | null, figure: string | null, count: number) => void,
  ) {}

  start(mode: Mode): void {
    this.mode = mode;
    this.points = [];
    this.map.capture = (lon, lat) => this.add({ lon, lat });
    this.show();
  }

  undo(): void {
    this.points.pop();
    this.show();
  }

  /** Ends and wipes the drawing. */
  stop(): void {
    this.mode = null;
    this.points = [];
    this.map.capture = null;
    this.map.draw({ type: "FeatureCollection", features: [] });
    this.tell(null, "", 0);
  }

  private add(point: Position): void {
    this.points.push(point);
    this.show();
  }

  private show(): void {
    if (!this.mode) return;
    this.map.draw(sketchOf(this.mode, this.points));
    this.tell(this.mode, figureOf(this.mode, this.points), this.points.length);
  }
}
