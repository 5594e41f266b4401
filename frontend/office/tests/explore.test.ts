import { expect, test } from "vitest";
import { areaOf, fromZone, lengthOf, mu, toZone, zoneOf } from "../src/lib/gauss";
import { dmsText, metresText, readPosition } from "../src/lib/positions";
import {
  dayAfter,
  daysBetween,
  listValue,
  placeText,
  readFilters,
  readPlace,
  withFilters,
  withOwn,
} from "../src/map/address";
import { pairOf } from "../src/map/swipe-pair";
import { areaText, figureOf, lengthText, sketchOf } from "../src/map/measuring";

// Longitude, latitude, zone, northing, easting with prefix: computed by PROJ (EPSG:4513 and following).
const KNOWN = [
  [114.0, 37.65, 38, 4168650.41, 38500000.0],
  [114.386, 37.66, 38, 4169830.4063, 38534059.325],
  [112.5001, 20.0, 38, 2213069.0975, 38343026.0066],
  [115.4999, 53.5, 38, 5931313.1791, 38599528.6294],
  [117.0, 39.9, 38, 4422736.5308, 38756575.8727],
  [75.2, 39.5, 25, 4374033.2114, 25517202.6906],
  [134.7, 48.3, 45, 5351829.074, 45477742.51],
  [103.0, 3.9, 34, 431312.2871, 34611069.0502],
] as const;

test.each(KNOWN)("%d°, %d° in zone %d agrees with PROJ to the millimetre, there and back", (lon, lat, zone, x, y) => {
  const metres = toZone(lon, lat, zone);
  expect(Math.abs(metres.x - x)).toBeLessThan(0.001);
  expect(Math.abs(metres.y - y)).toBeLessThan(0.001);
  const back = fromZone({ zone, x: metres.x, y: metres.y });
  expect(Math.abs(back.lon - lon)).toBeLessThan(1e-11);
  expect(Math.abs(back.lat - lat)).toBeLessThan(1e-11);
});

test("zones of three degrees, and none outside China's", () => {
  expect([zoneOf(114.5), zoneOf(112.5), zoneOf(112.4999), zoneOf(70), zoneOf(140)]).toEqual([38, 38, 37, null, null]);
});

const RING = [[114.28, 37.65], [114.3, 37.65], [114.305, 37.67], [114.28, 37.672]].map(([lon = 0, lat = 0]) => ({ lon, lat })); // prettier-ignore

test("lengths and areas are planar in the zone, as PROJ and GEOS find them", () => {
  expect(areaOf(RING)).toBeCloseTo(4651877.94, 1);
  expect(areaOf([...RING].reverse())).toBeCloseTo(4651877.94, 1);
  expect(lengthOf(RING)).toBeCloseTo(6244.9635, 3);
  expect(mu(10_000)).toBeCloseTo(15, 10);
  expect(lengthOf([{ lon: 10, lat: 50 }, { lon: 11, lat: 50 }])).toBeNull(); // prettier-ignore
  expect(areaOf([])).toBeNull();
});

test("figures appear when there are enough points", () => {
  expect(figureOf("line", RING.slice(0, 1))).toBe("");
  expect(figureOf("area", RING.slice(0, 2))).toBe("");
  expect(figureOf("line", RING)).toBe("6244.96 m");
  expect(figureOf("area", RING)).toContain("6977.82 亩（4651877.94 m²）");
  expect(figureOf("area", RING.map((one) => ({ ...one, lon: 0 })))).toBeNull(); // prettier-ignore
  expect(lengthText(12_345.6)).toBe("12.346 km");
  expect(areaText(666.6667)).toBe("1.00 亩（666.67 m²）");
  document.documentElement.lang = "en";
  expect(areaText(666.6667)).toBe("1.00 mu (666.67 m²)");
  document.documentElement.lang = "zh-Hans";
});

test("the sketch is a line, and an area from the third point on", () => {
  const kinds = (mode: "line" | "area", n: number): string[] =>
    sketchOf(mode, RING.slice(0, n)).features.map((one) => one.geometry.type);
  expect(kinds("area", 1)).toEqual(["Point"]);
  expect(kinds("area", 2)[0]).toBe("LineString");
  expect(kinds("area", 3)[0]).toBe("Polygon");
  expect(kinds("line", 4)[0]).toBe("LineString");
});

test.each([
  "114.208472, 37.651111",
  "37.651111 114.208472",
  "１１４．２０８４７２，３７．６５１１１１",
  "114.208472°E，37.651111°N",
  "114°12′30.5″E 37°39′04″N",
  "北纬37度39分04秒，东经114度12分30.5秒",
  "114°12'30.5\" 37°39'4\"",
  "114 12 30.5 37 39 4",
  metresText(114.208472, 37.651111),
  "X=4168794.16 Y=38518397.03",
  "38518397.03, 4168794.16",
  "4168794.16 518397.03 38带",
])("position %s", (text) => {
  const read = readPosition(text);
  expect(read).toHaveProperty("position");
  if (!("position" in read)) return;
  expect(Math.abs(read.position.lon - 114.208472)).toBeLessThan(0.00001);
  expect(Math.abs(read.position.lat - 37.651111)).toBeLessThan(0.00001);
});

test.each([
  ["", "empty"],
  ["苏村乡", "unreadable"],
  ["114.2", "unreadable"],
  ["114°72′00″ 37°00′00″", "unreadable"],
  ["2.35, 48.86", "outside"],
  ["4168788 518393", "zone"],
  ["4168788 46518393", "unreadable"],
  ["4168788 518393 99带", "zone"],
  ["9168788 38518393", "outside"],
])("%s is refused as %s", (text, problem) => expect(readPosition(text)).toEqual({ problem }));

test("degrees, minutes, seconds carry over", () => {
  expect(dmsText(114.2084722, 37.6511111)).toBe("114°12′30.50″E 37°39′04.00″N");
  expect(dmsText(113.999999999, -0.5)).toBe("114°00′00.00″E 0°30′00.00″S");
  expect(metresText(10, 50)).toBe("");
});

test("filters of the panel become the query string, lists as one value", () => {
  document.body.innerHTML = `<form>
    <input type="hidden" name="at" value="2024-09-01"><input type="text" name="other" value="x">
    <input type="checkbox" data-list name="leads" value="received" checked>
    <input type="checkbox" data-list name="leads" value="archived">
    <input type="checkbox" data-list name="category" value="unlicensed" checked>
    <input type="checkbox" data-list name="cases" value="open">
    <input type="checkbox" name="unfinished" value="1">
    <select name="unit"><option value="" selected></option></select></form>`;
  const form = document.querySelector("form") as HTMLFormElement;
  expect(String(readFilters(form))).toBe("leads=received&cases=none&at=2024-09-01");
  expect(listValue([])).toBe("");
});

test("the address keeps what is not a filter", () => {
  const filters = new URLSearchParams({ leads: "received" });
  expect(withFilters("?lead=7&leads=archived&pos=1,2,3&at=2024-09-01", filters)).toBe(
    "?leads=received&lead=7&pos=1%2C2%2C3",
  );
  expect(withFilters("", new URLSearchParams())).toBe("");
  expect(withOwn("?pos=1", "pos", "")).toBe("");
  expect(withOwn("", "off", "leads")).toBe("?off=leads");
});

test("places are read back; nonsense is not", () => {
  const place = { lon: 114.28, lat: 37.65, zoom: 11.5 };
  expect(readPlace(placeText(place))).toEqual(place);
  for (const text of [null, "", "1,2", "1,2,x", "200,2,3", "1,2,99", "1,,3"]) expect(readPlace(text)).toBeNull();
});

test("days of the slider", () => {
  expect(dayAfter("2024-07-25", 7)).toBe("2024-08-01");
  expect(daysBetween("2024-07-25", "2024-12-31")).toBe(159);
});

test("before and after: two pictures of the address, else the earliest beside the latest", () => {
  const all = [{ id: "new" }, { id: "mid" }, { id: "old" }];
  const ids = (text: string | null): string[] | undefined => pairOf(text, all)?.map((one) => one.id);
  expect(ids("mid,new")).toEqual(["mid", "new"]);
  expect(ids(null)).toEqual(["old", "new"]);
  expect(ids("gone,new")).toEqual(["old", "new"]);
  expect(pairOf(null, all.slice(0, 1))).toBeNull();
});

test("before and after: the two ticked pictures are compared, not the two ends of the list", () => {
  const all = [{ id: "new" }, { id: "mid" }, { id: "low" }, { id: "old" }];
  const ids = (text: string | null, ticked: string[]): string[] | undefined => pairOf(text, all, ticked)?.map((one) => one.id);
  expect(ids(null, ["low", "mid"])).toEqual(["low", "mid"]);
  expect(ids("old,new", ["low", "mid"])).toEqual(["old", "new"]);
  expect(ids(null, ["mid"])).toEqual(["old", "new"]);
});
