/** The style of our maps: ground, areas, counts per cell up to zoom 11, matters from zoom 12. No foreign pictures. */
import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  LayerSpecification,
  StyleSpecification,
} from "maplibre-gl";
import { namePoints } from "./geojson";
import { SHAPE_OF_STATE } from "./shapes";

export const FEATURE_ZOOM = 12;
export const MATTER_LAYERS = ["case-signs", "lead-signs", "case-patches", "lead-patches"] as const;
/** Circles with a number: a click comes nearer. */
export const COUNT_LAYERS = [
  "cells-lead",
  "cells-unlicensed",
  "cells-licensed_pit",
  "cells-project_cover",
  "lead-groups",
  "case-groups",
] as const;

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

/**
 * Counts: in the middle of each cell a circle of its leads, above it one per category of its cases. A cell says its
 * `kind` and, of cases, its `category`.
 */
function countLayers(colours: Colours): LayerSpecification[] {
  const marks: readonly [string, ["==", ["get", string], string], string, [number, number], number][] = [
    ["lead", ["==", ["get", "kind"], "lead"], colours.primary, [0, 9], 1],
    ["unlicensed", ["==", ["get", "category"], "unlicensed"], colours.unlicensed, [-19, -15], 0.75],
    ["licensed_pit", ["==", ["get", "category"], "licensed_pit"], colours.licensedPit, [0, -19], 0.75],
    ["project_cover", ["==", ["get", "category"], "project_cover"], colours.projectCover, [19, -15], 0.75],
  ];
  return marks.flatMap(([name, filter, colour, translate, size]): LayerSpecification[] => {
    const layer = name === "lead" ? "lead_cells" : "case_cells";
    const common = { source: "matters", "source-layer": layer, maxzoom: FEATURE_ZOOM, filter } as const;
    return [
      {
        id: `cells-${name}`,
        type: "circle",
        ...common,
        paint: {
          "circle-color": colour,
          "circle-radius": ["*", size, COUNT_RADIUS] as unknown as number,
          "circle-opacity": 0.92,
          "circle-stroke-color": colours.card,
          "circle-stroke-width": 1.5,
          "circle-translate": translate,
        },
      },
      {
        id: `cells-${name}-number`,
        type: "symbol",
        ...common,
        layout: {
          "text-field": ["to-string", ["get", "n"]],
          "text-size": size < 1 ? 10 : 12,
          "text-allow-overlap": true,
          "text-ignore-placement": true,
        },
        paint: { "text-color": "#ffffff", "text-translate": translate },
      },
    ];
  });
}

const COUNT_RADIUS: DataDrivenPropertyValueSpecification<number> = [
  "interpolate", ["linear"], ["log10", ["max", 1, ["get", "n"]]], 0, 9, 1, 12, 2, 15, 3, 18, 5, 26,
]; // prettier-ignore

/** Signs from near by; where a tile holds too many, small groups with their number, which say so by `how`. */
function matterLayers(kind: "lead" | "case", colours: Colours): LayerSpecification[] {
  const signs = { source: "matters", "source-layer": `${kind}s`, minzoom: FEATURE_ZOOM } as const;
  const areas = { source: "matters", "source-layer": `${kind}_areas`, minzoom: FEATURE_ZOOM } as const;
  const colour = categoryColour(colours);
  return [
    { id: `${kind}-patches`, type: "fill", ...areas, paint: { "fill-color": colour, "fill-opacity": 0.22 } },
    {
      id: `${kind}-edges`,
      type: "line",
      ...areas,
      paint: { "line-color": colour, "line-width": kind === "case" ? 2.5 : 1.5 },
    },
    {
      id: `${kind}-groups`,
      type: "circle",
      ...signs,
      filter: [">", ["get", "n"], 1],
      paint: {
        "circle-color": categoryColour({ ...colours, none: kind === "case" ? colours.none : colours.primary }),
        "circle-radius": COUNT_RADIUS,
        "circle-opacity": 0.88,
        "circle-stroke-color": colours.card,
        "circle-stroke-width": 1.5,
      },
    },
    {
      id: `${kind}-groups-number`,
      type: "symbol",
      ...signs,
      filter: [">", ["get", "n"], 1],
      layout: { "text-field": ["to-string", ["get", "n"]], "text-size": 11, "text-allow-overlap": true },
      paint: { "text-color": "#ffffff" },
    },
    {
      id: `${kind}-signs`,
      type: "symbol",
      ...signs,
      filter: ["==", ["get", "n"], 1],
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

/** What is being measured, and what the list points at. */
function overlayLayers(colours: Colours): LayerSpecification[] {
  const polygon: ["==", ["geometry-type"], string] = ["==", ["geometry-type"], "Polygon"];
  return [
    { id: "sketch-fill", type: "fill", source: "sketch", filter: polygon, paint: { "fill-color": colours.primary, "fill-opacity": 0.15 } },
    { id: "sketch-line", type: "line", source: "sketch", paint: { "line-color": colours.ink, "line-width": 2, "line-dasharray": [2, 1] } },
    {
      id: "sketch-point",
      type: "circle",
      source: "sketch",
      filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-radius": 4, "circle-color": colours.card, "circle-stroke-color": colours.ink, "circle-stroke-width": 2 },
    },
    {
      id: "highlight",
      type: "circle",
      source: "highlight",
      paint: {
        "circle-radius": 14,
        "circle-color": "transparent",
        "circle-stroke-color": colours.ink,
        "circle-stroke-width": 3,
      },
    },
  ];
}

/** The shapes of one matter, handed over in the page itself: patch, points, photos. */
export function featureLayers(colours: Colours): LayerSpecification[] {
  const colour: DataDrivenPropertyValueSpecification<string> = [
    "case",
    ["==", ["get", "outcome"], "rejected"],
    colours.unlicensed,
    categoryColour({ ...colours, none: colours.primary }) as ExpressionSpecification,
  ];
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

export const EMPTY: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };

/** One picture layer of our own (影像): tiles of this server within its bounds. */
export interface PictureLayer {
  readonly id: string;
  /** Address with {z}, {x}, {y}. */
  readonly tiles: string;
  readonly bounds: [number, number, number, number];
  /** Zooms for which there are tiles; nearer ones are enlarged. */
  readonly minzoom: number;
  readonly maxzoom: number;
  /** Zooms at which it is shown. */
  readonly from: number;
  readonly to: number;
}

function addPictures(style: StyleSpecification, pictures: readonly PictureLayer[]): LayerSpecification[] {
  return pictures.map(({ id, tiles, bounds, minzoom, maxzoom, from, to }) => {
    const address = new URL(tiles, window.location.href).href.replace(/%7B/g, "{").replace(/%7D/g, "}");
    style.sources[`picture-${id}`] = { type: "raster", tiles: [address], bounds, minzoom, maxzoom, tileSize: 256 };
    return { id: `picture-${id}`, type: "raster", source: `picture-${id}`, minzoom: from, maxzoom: Math.min(24, to + 1) };
  });
}

export interface StyleParts {
  readonly pictures?: readonly PictureLayer[];
  readonly tiles: string;
  readonly areas: GeoJSON.FeatureCollection | null;
  readonly features: GeoJSON.GeoJSON | null;
  readonly colours: Colours;
}

/** The whole style: ground, county, pictures, borders and names, matters, one matter's own shapes, sketches. */
export function buildStyle({ tiles, areas, features, colours, pictures = [] }: StyleParts): StyleSpecification {
  const layers: LayerSpecification[] = [
    { id: "ground", type: "background", paint: { "background-color": colours.ground } },
  ];
  const style: StyleSpecification = {
    version: 8,
    sources: {
      areas: { type: "geojson", data: areas ?? EMPTY },
      "area-names": { type: "geojson", data: areas ? namePoints(areas) : EMPTY },
    },
    layers,
  };
  const [county, ...lines] = areaLayers(colours);
  if (county) layers.push(county);
  layers.push(...addPictures(style, pictures), ...lines);
  if (tiles) {
    style.sources["matters"] = { type: "vector", tiles: [tiles], minzoom: 0, maxzoom: 16 };
    layers.push(...matterLayers("lead", colours), ...matterLayers("case", colours), ...countLayers(colours));
  }
  if (features) {
    style.sources["features"] = { type: "geojson", data: features };
    layers.push(...featureLayers(colours));
  }
  style.sources["sketch"] = { type: "geojson", data: EMPTY };
  style.sources["highlight"] = { type: "geojson", data: EMPTY };
  layers.push(...overlayLayers(colours));
  return style;
}

const CASE_CELLS = ["unlicensed", "licensed_pit", "project_cover"].flatMap((one) => [`cells-${one}`, `cells-${one}-number`]);

/** Layers that belong to one switch of the panel. */
export const SWITCHES: Readonly<Record<string, readonly string[]>> = {
  leads: ["lead-patches", "lead-edges", "lead-groups", "lead-groups-number", "lead-signs", "cells-lead", "cells-lead-number"],
  cases: ["case-patches", "case-edges", "case-groups", "case-groups-number", "case-signs", ...CASE_CELLS],
  townships: ["synthetic", "townships-line", "townships-name"],
  villages: ["villages-line", "villages-name"],
};
