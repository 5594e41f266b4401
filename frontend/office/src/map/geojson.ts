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

export function hasSynthetic(areas: GeoJSON.FeatureCollection): boolean {
  return areas.features.some((feature) => feature.properties?.["synthetic"] === true);
}
