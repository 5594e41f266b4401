import { beforeEach, expect, test } from "vitest";
import { CompareController } from "../src/controllers/compare";

const get = <E extends HTMLElement>(selector: string): E => document.querySelector(selector) as E;

beforeEach(() => {
  document.body.innerHTML = `<div id="root"><div data-compare-side></div><div data-compare-over hidden>
    <img data-compare-upper><input type="range" data-compare-at value="50"></div>
    <button data-compare-switch data-other="并排看" hidden>卷帘对比</button></div>`;
  new CompareController(get("#root")).connect();
});

test("the button changes between side by side and one over the other", () => {
  const button = get<HTMLButtonElement>("button");
  expect(button.hidden).toBe(false);
  button.click();
  expect([get("[data-compare-side]").hidden, get("[data-compare-over]").hidden]).toEqual([true, false]);
  expect(button.textContent).toBe("并排看");
  button.click();
  expect([get("[data-compare-side]").hidden, get("[data-compare-over]").hidden]).toEqual([false, true]);
});

test("moving the line shows more of one picture", () => {
  const at = get<HTMLInputElement>("[data-compare-at]");
  at.value = "20";
  at.dispatchEvent(new Event("input"));
  expect(get("[data-compare-upper]").style.clipPath).toBe("inset(0 0 0 20%)");
});
