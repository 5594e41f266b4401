import { afterEach, describe, expect, it, vi } from "vitest";
import { HereController, PickPositionController, RevealController } from "../src/controllers/visit";
import { part } from "../src/lib/dom";

afterEach(() => {
  document.body.replaceChildren();
  vi.unstubAllGlobals();
});

function page(markup: string): void {
  document.body.innerHTML = markup;
}

function field(name: string): HTMLInputElement {
  const found = part<HTMLInputElement>(document, `input[name="${name}"]`);
  if (!found) throw new Error(name);
  return found;
}

describe("reveal", () => {
  it("shows its element only while the choice has the value", () => {
    page(`<form>
      <input type="radio" name="verdict" value="unfounded"><input type="radio" name="verdict" value="substantiated">
      <fieldset data-reveal="verdict=unfounded"></fieldset></form>`);
    const box = part<HTMLElement>(document, "fieldset");
    const choice = part<HTMLInputElement>(document, 'input[value="unfounded"]');
    if (!box || !choice) throw new Error("markup");
    new RevealController(box).connect();
    expect(box.hidden).toBe(true);
    choice.checked = true;
    choice.dispatchEvent(new Event("change", { bubbles: true }));
    expect(box.hidden).toBe(false);
  });
});

const POSITION = '<input name="lon"><input name="lat">';

describe("pick-position", () => {
  const markup = `<form data-pick-form>${POSITION}</form><div id="pick"><div data-controller="map"></div></div>`;

  it("writes a click on the map into the form and marks it", () => {
    page(markup);
    const pick = part<HTMLElement>(document, "#pick");
    const map = part<HTMLElement>(document, '[data-controller="map"]');
    if (!pick || !map) throw new Error("markup");
    const marked = vi.fn();
    map.addEventListener("qs:mark", (event) => marked((event as CustomEvent<unknown>).detail));
    new PickPositionController(pick).connect();
    const detail = { lon: 114.38, lat: 37.66 };
    map.dispatchEvent(new CustomEvent("qs:map-click", { bubbles: true, detail }));
    expect([field("lon").value, field("lat").value]).toEqual(["114.380000", "37.660000"]);
    expect(marked).toHaveBeenLastCalledWith(detail);
  });

  it("marks nothing while the typed position is incomplete or impossible", () => {
    page(markup);
    const pick = part<HTMLElement>(document, "#pick");
    const map = part<HTMLElement>(document, '[data-controller="map"]');
    if (!pick || !map) throw new Error("markup");
    const marked = vi.fn();
    map.addEventListener("qs:mark", marked);
    new PickPositionController(pick).connect();
    field("lon").value = "214";
    field("lon").dispatchEvent(new Event("change", { bubbles: true }));
    field("lat").value = "37";
    field("lat").dispatchEvent(new Event("change", { bubbles: true }));
    expect(marked).not.toHaveBeenCalled();
  });
});

describe("here", () => {
  const markup = `<form>${POSITION}<p><button type="button" data-found="ok" data-failed="no" hidden></button>
    <span data-here-note></span></p></form>`;

  function press(locate: (found: PositionCallback, failed: PositionErrorCallback) => void): HTMLButtonElement {
    page(markup);
    vi.stubGlobal("isSecureContext", true);
    vi.stubGlobal("navigator", { geolocation: { getCurrentPosition: locate } });
    const button = part<HTMLButtonElement>(document, "button");
    if (!button) throw new Error("markup");
    new HereController(button).connect();
    button.click();
    return button;
  }

  it("fills in where the device is", () => {
    const button = press((found) => found({ coords: { longitude: 114.2, latitude: 37.7 } } as GeolocationPosition));
    expect(button.hidden).toBe(false);
    expect(field("lon").value).toBe("114.200000");
    expect(part(document, "[data-here-note]")?.textContent).toBe("ok");
  });

  it("says so when the device does not tell", () => {
    press((_found, failed) => failed({} as GeolocationPositionError));
    expect(field("lon").value).toBe("");
    expect(part(document, "[data-here-note]")?.textContent).toBe("no");
  });
});
