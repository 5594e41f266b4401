/** The style of our maps: ground, areas, counts per cell up to zoom 11, matters from zoom 12. No foreign pictures. */
import type { DataDrivenPropertyValueSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import { namePoints } from "./geojson";
import { SHAPE_OF_STATE } from "./shapes";

export const FEATURE_ZOOM = 12;
export const MATTER_LAYERS = ["lead-signs", "case-signs", "lead-patches", "case-patches"] as const;

export interface Colours {
  readonly ground: string;
  readonly line: string;
  readonly ink: string;
  readonly card: string;
  readonly primary: string;
  readonly unlicensed: string;
  readonly licensedPit: string;
  readonly projectCover: string;
  readonly none: string;
}

/** Colours of the present theme, from the page's own variables. */
export function readColours(root: HTMLElement): Colours {
  const values = getComputedStyle(root);
  const read = (name: string, other: string): string => values.getPropertyValue(name).trim() || other;
  return {
    ground: read("--qs-ground", "#eef1ec"),
    line: read("--qs-ground-line", "#aab5ac"),
    ink: read("--qs-ink", "#22272b"),
    card: read("--qs-card", "#ffffff"),
    primary: read("--qs-green-mark", "#1f6f54"),
    unlicensed: read("--qs-unlicensed", "#c8453b"),
    licensedPit: read("--qs-licensed-pit", "#d99a1c"),
    projectCover: read("--qs-project-cover", "#2b6cb0"),
    none: read("--qs-no-category", "#6d747a"),
  };
}

export function categoryColour(colours: Colours): DataDrivenPropertyValueSpecification<string> {
  return [
    "match",
    ["coalesce", ["get", "category"], ""],
    "unlicensed",
    colours.unlicensed,
    "licensed_pit",
    colours.licensedPit,
    "project_cover",
    colours.projectCover,
    colours.none,
  ];
}

const STATE_SHAPE = [
  "match",
  ["coalesce", ["get", "state"], ""],
  ...Object.entries(SHAPE_OF_STATE).flat(),
  "disc",
] as unknown as DataDrivenPropertyValueSpecification<string>;

/** `above`: extra zoom at which an area kind appears; villages only near by. */
function areaLayers(colours: Colours): LayerSpecification[] {
  const kind = (name: string): ["==", ["get", string], string] => ["==", ["get", "kind"], name];
  return [
    { id: "county-fill", type: "fill", source: "areas", filter: kind("county"), paint: { "fill-color": colours.card } },
    {
      id: "synthetic",
      type: "fill",
      source: "areas",
      filter: ["all", kind("township"), ["==", ["get", "synthetic"], true]],
      paint: { "fill-pattern": "hatch", "fill-opacity": 0.35 },
    },
    {
      id: "villages-line",
      type: "line",
      source: "areas",
      filter: kind("village"),
      layout: { visibility: "none" },
      paint: { "line-color": colours.line, "line-width": 0.75, "line-dasharray": [3, 2] },
    },
    {
      id: "townships-line",
      type: "line",
      source: "areas",
      filter: kind("township"),
      paint: { "line-color": colours.line, "line-width": 1.25, "line-dasharray": [6, 2] },
    },
    {
      id: "county-line",
      type: "line",
      source: "areas",
      filter: kind("county"),
      paint: { "line-color": colours.primary, "line-width": 2 },
    },
    areaNames("townships-name", "township", colours, 12, 0),
    areaNames("villages-name", "village", colours, 11, 11.5),
  ];
}

function areaNames(id: string, kind: string, colours: Colours, size: number, minzoom: number): LayerSpecification {
  return {
    id,
    type: "symbol",
    source: "area-names",
    minzoom,
    filter: ["==", ["get", "kind"], kind],
    layout: {
      visibility: kind === "village" ? "none" : "visible",
      "text-field": ["get", "name"],
      "text-size": size,
      "text-padding": 4,
    },
    paint: { "text-color": colours.ink, "text-halo-color": colours.card, "text-halo-width": 1.5, "text-opacity": 0.8 },
  };
}

/** Counts: one circle per cell; a cell says its `kind` (lead or case) so that layers can be switched. */
function countLayers(colours: Colours): LayerSpecification[] {
  const common = { source: "matters", "source-layer": "cells", maxzoom: FEATURE_ZOOM } as const;
  const radius: DataDrivenPropertyValueSpecification<number> = [
    "interpolate", ["linear"], ["log10", ["max", 1, ["get", "n"]]], 0, 9, 2, 15, 4, 24,
  ]; // prettier-ignore
  return [
    {
      id: "cells",
      type: "circle",
      ...common,
      paint: {
        "circle-color": categoryColour({ ...colours, none: colours.primary }),
        "circle-radius": radius,
        "circle-opacity": 0.88,
        "circle-stroke-color": colours.card,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: "cells-number",
      type: "symbol",
      ...common,
      layout: {
        "text-field": ["to-string", ["get", "n"]],
        "text-size": 12,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
      paint: { "text-color": "#ffffff" },
    },
  ];
}

function matterLayers(kind: "lead" | "case", colours: Colours): LayerSpecification[] {
  const common = { source: "matters", "source-layer": `${kind}s`, minzoom: FEATURE_ZOOM } as const;
  const colour = categoryColour(colours);
  const isPatch: ["==", ["geometry-type"], string] = ["==", ["geometry-type"], "Polygon"];
  return [
    {
      id: `${kind}-patches`,
      type: "fill",
      ...common,
      filter: isPatch,
      paint: { "fill-color": colour, "fill-opacity": 0.22 },
    },
    {
      id: `${kind}-edges`,
      type: "line",
      ...common,
      filter: isPatch,
      paint: { "line-color": colour, "line-width": kind === "case" ? 2.5 : 1.5 },
    },
    {
      id: `${kind}-signs`,
      type: "symbol",
      ...common,
      layout: {
        "icon-image": STATE_SHAPE,
        "icon-size": kind === "case" ? 0.5 : 0.4,
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
      paint: { "icon-color": colour, "icon-halo-color": colours.card, "icon-halo-width": 1 },
    },
  ];
}

/** The shapes of one matter, handed over in the page itself: patch, points, photos. */
export function featureLayers(colours: Colours): LayerSpecification[] {
  const colour = categoryColour({ ...colours, none: colours.primary });
  return [
    {
      id: "feature-fill",
      type: "fill",
      source: "features",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": colour, "fill-opacity": 0.22 },
    },
    {
      id: "feature-line",
      type: "line",
      source: "features",
      paint: { "line-color": colour, "line-width": 3 },
    },
    {
      id: "feature-point",
      type: "circle",
      source: "features",
      filter: ["==", ["geometry-type"], "Point"],
      paint: {
        "circle-color": colours.card,
        "circle-radius": 6,
        "circle-stroke-color": colour,
        "circle-stroke-width": 3,
      },
    },
    {
      id: "feature-name",
      type: "symbol",
      source: "features",
      filter: ["all", ["==", ["geometry-type"], "Point"], ["has", "name"]],
      layout: { "text-field": ["get", "name"], "text-size": 12, "text-offset": [0, 1.2], "text-anchor": "top" },
      paint: { "text-color": colours.ink, "text-halo-color": colours.card, "text-halo-width": 1.5 },
    },
  ];
}

const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

export interface StyleParts {
  readonly tiles: string;
  readonly areas: GeoJSON.FeatureCollection | null;
  readonly features: GeoJSON.GeoJSON | null;
  readonly colours: Colours;
}

export function buildStyle({ tiles, areas, features, colours }: StyleParts): StyleSpecification {
  const layers: LayerSpecification[] = [
    { id: "ground", type: "background", paint: { "background-color": colours.ground } },
    ...areaLayers(colours),
  ];
  const style: StyleSpecification = {
    version: 8,
    sources: {
      areas: { type: "geojson", data: areas ?? EMPTY },
      "area-names": { type: "geojson", data: areas ? namePoints(areas) : EMPTY },
    },
    layers,
  };
  if (tiles) {
    style.sources["matters"] = { type: "vector", tiles: [tiles], minzoom: 0, maxzoom: 16 };
    layers.push(...matterLayers("lead", colours), ...matterLayers("case", colours), ...countLayers(colours));
  }
  if (features) {
    style.sources["features"] = { type: "geojson", data: features };
    layers.push(...featureLayers(colours));
  }
  return style;
}

/** Layers that belong to one switch of the panel. */
export const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  leads: ["lead-patches", "lead-edges", "lead-signs"],
  cases: ["case-patches", "case-edges", "case-signs"],
  townships: ["synthetic", "townships-line", "townships-name"],
  villages: ["villages-line", "villages-name"],
};
