import { describe, expect, it } from "vitest";
import { readLines, sketch, writeLines } from "../src/controllers/cut-lines";

describe("cut lines", () => {
  it("reads and writes rows of points", () => {
    const text = "114.300000,37.600000 114.310000,37.610000\n114.320000,37.620000";
    expect(writeLines(readLines(text))).toBe(text);
  });

  it("leaves out what is no point, and takes a full-width comma", () => {
    expect(readLines("114.3，37.6 abc 1,2,3")).toEqual([[[114.3, 37.6]]]);
  });

  it("keeps the empty row in which the next line begins", () => {
    expect(readLines("114.3,37.6\n")).toEqual([[[114.3, 37.6]], []]);
  });

  it("draws a line from two points on, and every point", () => {
    expect(sketch([[[1, 2], [3, 4]], [[5, 6]]]).features.map((f) => f.geometry.type)).toEqual([
      "LineString",
      "Point",
      "Point",
      "Point",
    ]);
  });
});
