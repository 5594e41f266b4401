// @vitest-environment node
import { expect, test } from "vitest";
import { buildSprite, innerShapes, siteMark } from "../build/icons";
import { MARKS } from "../build/marks";

test("the sprite holds every named icon and every mark", async () => {
  const sprite = await buildSprite();
  for (const id of ["home", "leads", "copy", ...Object.keys(MARKS)]) expect(sprite).toContain(`<symbol id="${id}"`);
  expect(sprite).not.toMatch(/href|style=|https?:\/\/(?!www\.w3\.org)/);
});

test("only the drawing of an icon is taken", () => {
  const svg = '<svg width="24">\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n  <path d="M4 4" />\n</svg>';
  expect(innerShapes(svg)).toBe('<path d="M4 4" />');
  expect(() => innerShapes("<html>")).toThrow();
});

test("the site's mark stands alone", () => expect(siteMark()).toContain("<path"));
