import { beforeEach, expect, test, vi } from "vitest";
import { TabsController } from "../src/controllers/tabs";
import { ThemeController, currentTheme, followSystemOnce, setTheme } from "../src/controllers/theme";
import { kindText, positionPlain, positionText, sizeText } from "../src/lib/format";

beforeEach(() => {
  document.cookie = "qs_theme=; max-age=-1; path=/";
  document.documentElement.dataset["bsTheme"] = "light";
  window.location.hash = "";
});

test("the theme is kept on the device and told to whoever draws", () => {
  const told = vi.fn();
  document.addEventListener("qs:theme", told, { once: true });
  setTheme("dark");
  expect(currentTheme()).toBe("dark");
  expect(document.cookie).toContain("qs_theme=dark");
  expect(told).toHaveBeenCalledOnce();
});

test("the button offers the other theme", () => {
  document.body.innerHTML =
    '<button hidden><span data-theme-to="dark">深色</span><span data-theme-to="light" hidden>浅色</span></button>';
  const button = document.querySelector("button") as HTMLButtonElement;
  new ThemeController(button).connect();
  expect(button.hidden).toBe(false);
  button.click();
  expect(currentTheme()).toBe("dark");
  expect(button.querySelector<HTMLElement>('[data-theme-to="dark"]')?.hidden).toBe(true);
});

test("the system's wish counts only before a choice", () => {
  vi.spyOn(window, "matchMedia").mockReturnValue({ matches: true } as MediaQueryList);
  followSystemOnce();
  expect(currentTheme()).toBe("dark");
  setTheme("light");
  followSystemOnce();
  expect(currentTheme()).toBe("light");
});

test("tabs show one panel, move by arrows and stand in the address", () => {
  document.body.innerHTML = `
    <div role="tablist">
      <button role="tab" aria-controls="p1" aria-selected="true">一</button>
      <button role="tab" aria-controls="p2" aria-selected="false">二</button>
    </div><div id="p1"></div><div id="p2"></div>`;
  const list = document.querySelector('[role="tablist"]') as HTMLElement;
  const [first, second] = [...list.querySelectorAll("button")] as [HTMLButtonElement, HTMLButtonElement];
  new TabsController(list).connect();
  expect(document.getElementById("p2")?.hidden).toBe(true);
  first.focus();
  list.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
  expect(document.getElementById("p1")?.hidden).toBe(true);
  expect(second.getAttribute("aria-selected")).toBe("true");
  expect(first.tabIndex).toBe(-1);
  expect(window.location.hash).toBe("#p2");
});

test.each([
  [824, "824 B"],
  [3412, "3.4 kB"],
  [12_000_000, "12 MB"],
])("%d bytes are %s", (bytes, text) => expect(sizeText(bytes)).toBe(text));

test("positions are degrees with six decimals", () => {
  expect(positionText(114.2, -37.75)).toBe("114.200000°E，37.750000°S");
  expect(positionPlain(114.2, 37.75)).toBe("114.200000,37.750000");
});

test.each([
  ["第三批.geojson.gz", "GeoJSON"],
  ["a.gpkg", "GeoPackage"],
  ["a.zip", "Shapefile (zip)"],
  ["a.xyz", "XYZ"],
])("%s is %s", (name, kind) => expect(kindText(name)).toBe(kind));
