/** Reading of GeoJSON: extent, and whether areas are made up. */
import type { Bounds } from "./options";

function eachPosition(value: unknown, act: (lon: number, lat: number) => void): void {
  if (!Array.isArray(value)) return;
  if (typeof value[0] === "number" && typeof value[1] === "number") act(value[0], value[1]);
  else value.forEach((inner) => eachPosition(inner, act));
}

function eachGeometry(data: GeoJSON.GeoJSON, act: (geometry: GeoJSON.Geometry) => void): void {
  if (data.type === "FeatureCollection") data.features.forEach((feature) => eachGeometry(feature, act));
  else if (data.type === "Feature") data.geometry && eachGeometry(data.geometry, act);
  else if (data.type === "GeometryCollection") data.geometries.forEach((inner) => eachGeometry(inner, act));
  else act(data);
}

/** Smallest box around everything; null when there is no position. A single point gets a box of about 200 m. */
export function boundsOf(data: GeoJSON.GeoJSON): Bounds | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  eachGeometry(data, (geometry) => {
    if (geometry.type === "GeometryCollection") return;
    eachPosition(geometry.coordinates, (lon, lat) => {
      west = Math.min(west, lon);
      east = Math.max(east, lon);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    });
  });
  if (west === Infinity) return null;
  const margin = west === east && south === north ? 0.001 : 0;
  return [west - margin, south - margin, east + margin, north + margin];
}

/** What the map should open on: refused patches, which may lie anywhere, only when there is nothing else. */
export function taken(data: GeoJSON.GeoJSON): GeoJSON.GeoJSON {
  if (data.type !== "FeatureCollection") return data;
  const features = data.features.filter((feature) => feature.properties?.["outcome"] !== "rejected");
  return features.length ? { ...data, features } : data;
}

export function hasSynthetic(areas: GeoJSON.FeatureCollection): boolean {
  return areas.features.some((feature) => feature.properties?.["synthetic"] === true);
}

type Ring = GeoJSON.Position[];

/** Signed area and centre of gravity of a ring, in degrees: good enough to place a name. */
function gravity(ring: Ring): { area: number; lon: number; lat: number } {
  let [area, lon, lat] = [0, 0, 0];
  ring.slice(1).forEach(([x = 0, y = 0], at) => {
    const [px = 0, py = 0] = ring[at] ?? [];
    const cross = px * y - x * py;
    area += cross / 2;
    lon += ((px + x) * cross) / 6;
    lat += ((py + y) * cross) / 6;
  });
  return area === 0 ? { area: 0, lon: ring[0]?.[0] ?? 0, lat: ring[0]?.[1] ?? 0 } : { area, lon: lon / area, lat: lat / area };
}

/** One point per area for its name, in the largest of its parts; drawn from areas, names would repeat in every tile. */
export function namePoints(areas: GeoJSON.FeatureCollection): GeoJSON.FeatureCollection<GeoJSON.Point> {
  const features = areas.features.flatMap(({ geometry, properties }): GeoJSON.Feature<GeoJSON.Point>[] => {
    const parts =
      geometry?.type === "Polygon" ? [geometry.coordinates] : geometry?.type === "MultiPolygon" ? geometry.coordinates : [];
    const centres = parts.map((rings) => gravity(rings[0] ?? []));
    const largest = centres.sort((a, b) => Math.abs(b.area) - Math.abs(a.area))[0];
    if (!largest) return [];
    return [{ type: "Feature", properties, geometry: { type: "Point", coordinates: [largest.lon, largest.lat] } }];
  });
  return { type: "FeatureCollection", features };
}
