import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { expect, test } from "vitest";
import { boundsOf, hasSynthetic, namePoints, taken } from "../src/map/geojson";
import { parseBounds, readOptions, type Words } from "../src/map/options";
import { addressOf, popupContent, readMatter } from "../src/map/popup";
import { SHAPES, SHAPE_OF_STATE, SIZE, hatchPicture, rgb, shapePicture } from "../src/map/shapes";
import { SWITCHES, buildStyle, readColours } from "../src/map/style";

const colours = readColours(document.documentElement);
const point: GeoJSON.Feature = {
  type: "Feature",
  properties: { category: "unlicensed" },
  geometry: { type: "Point", coordinates: [114.2, 37.75] },
};
const areas: GeoJSON.FeatureCollection = {
  type: "FeatureCollection",
  features: [{ ...point, properties: { kind: "township", synthetic: true } }],
};

test("the style is valid and speaks to no other host", () => {
  const style = buildStyle({ tiles: "/tiles/{z}/{x}/{y}.mvt", areas, features: point, colours });
  expect(validateStyleMin(style)).toEqual([]);
  expect(JSON.stringify(style)).not.toContain("http");
});

test("every switch of the panel names layers that exist", () => {
  const style = buildStyle({ tiles: "/t/{z}/{x}/{y}", areas, features: null, colours });
  const ids = style.layers.map((layer) => layer.id);
  for (const layer of Object.values(SWITCHES).flat()) expect(ids).toContain(layer);
});

test("counts end where matters begin", () => {
  const style = buildStyle({ tiles: "/t/{z}/{x}/{y}", areas: null, features: null, colours });
  const of = (id: string) => style.layers.find((layer) => layer.id === id);
  expect(of("cells-lead")?.maxzoom).toBe(12);
  expect(of("lead-signs")?.minzoom).toBe(12);
});

test("every state's shape is drawn, inside is inside and outside is nothing", () => {
  for (const shape of Object.values(SHAPE_OF_STATE)) expect(SHAPES).toContain(shape);
  const middle = (SIZE / 2) * SIZE + SIZE / 2;
  expect(shapePicture("disc").data[middle * 4 + 3]).toBe(255);
  expect(shapePicture("ring").data[middle * 4 + 3]).toBeLessThan(192);
  for (const shape of SHAPES) expect(shapePicture(shape).data[3]).toBeLessThan(192);
});

test("shapes differ from each other", () => {
  const seen = new Set(SHAPES.map((shape) => shapePicture(shape).data.join()));
  expect(seen.size).toBe(SHAPES.length);
});

test("hatching repeats and has the colour of the line", () => {
  const picture = hatchPicture(rgb("#aab5ac"));
  expect([...picture.data.slice(0, 4)]).toEqual([170, 181, 172, 150]);
  expect(rgb("nonsense")).toEqual([110, 110, 110]);
});

test.each([
  ["113.9,37.4,114.6,37.8", [113.9, 37.4, 114.6, 37.8]],
  ["114.6,37.4,113.9,37.8", null],
  ["1,2,3", null],
  [undefined, null],
])("bounds of %s", (text, bounds) => expect(parseBounds(text)).toEqual(bounds));

test("extent of features; a lone point gets some room", () => {
  expect(boundsOf(point)?.map((degrees) => degrees.toFixed(3))).toEqual(["114.199", "37.749", "114.201", "37.751"]);
  expect(boundsOf({ type: "FeatureCollection", features: [] })).toBeNull();
  const line: GeoJSON.LineString = { type: "LineString", coordinates: [[1, 2], [3, 1]] }; // prettier-ignore
  expect(boundsOf({ type: "GeometryCollection", geometries: [line] })).toEqual([1, 1, 3, 2]);
});

test("an area's name stands once, in the middle of its largest part", () => {
  const square = (at: number, side: number): GeoJSON.Position[][] => [
    [[at, 0], [at + side, 0], [at + side, side], [at, side], [at, 0]],
  ]; // prettier-ignore
  const parts: GeoJSON.Feature = {
    type: "Feature",
    properties: { name: "苏村乡" },
    geometry: { type: "MultiPolygon", coordinates: [square(10, 1), square(0, 4)] },
  };
  const points = namePoints({ type: "FeatureCollection", features: [parts, point] }).features;
  expect(points).toHaveLength(1);
  expect(points[0]?.geometry.coordinates).toEqual([2, 2]);
  expect(points[0]?.properties).toEqual({ name: "苏村乡" });
});

test("made-up areas are noticed", () => {
  expect(hasSynthetic(areas)).toBe(true);
  expect(hasSynthetic({ type: "FeatureCollection", features: [point] })).toBe(false);
});

test("the window over a matter says number, kind, state in the page's words", () => {
  const element = document.createElement("div");
  element.dataset["words"] = JSON.stringify({ open: "打开", kind: { case: "台账问题" }, case: { closed: "已销号" } });
  const words: Words = readOptions(element).words;
  const matter = readMatter("case-signs", { id: "7", number: "元采〔2024〕0087", title: "<i>北坡</i>", state: "closed" });
  const box = popupContent(matter, words, addressOf("/cases/{id}/", matter.id));
  expect(box.textContent).toBe("元采〔2024〕0087<i>北坡</i>台账问题 · 已销号打开");
  expect(box.querySelector("a")?.getAttribute("href")).toBe("/cases/7/");
  expect(addressOf("", "7")).toBe("");
});

test("a map of a batch opens on what is taken in, on the refused only when there is nothing else", () => {
  const at = (lon: number, outcome: string): GeoJSON.Feature => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, 37] },
    properties: { outcome },
  });
  const both: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [at(114, "accepted"), at(10, "rejected")] };
  expect(boundsOf(taken(both))?.[0]).toBeCloseTo(113.999);
  const refused: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [at(10, "rejected")] };
  expect(boundsOf(taken(refused))?.[0]).toBeCloseTo(9.999);
});
