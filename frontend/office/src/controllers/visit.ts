import { Controller } from "../lib/registry";
import { part } from "../lib/dom";

/** Shows its element only while a choice of the form has one value: `data-reveal="verdict=unfounded"`. */
export class RevealController extends Controller {
  connect(): void {
    const form = this.element.closest("form");
    form?.addEventListener("change", () => this.apply(form), { signal: this.signal });
    if (form) this.apply(form);
  }

  private apply(form: HTMLFormElement): void {
    const [name = "", wanted = ""] = (this.element.dataset["reveal"] ?? "").split("=");
    this.element.hidden = new FormData(form).get(name) !== wanted;
  }
}

/** Writes a position into the fields `lon` and `lat` of a form, six decimals, about 0.1 m. */
function write(form: HTMLFormElement, lon: number, lat: number): void {
  for (const [name, value] of [["lon", lon], ["lat", lat]] as const) {
    const field = part<HTMLInputElement>(form, `input[name="${name}"]`);
    if (!field) continue;
    field.value = value.toFixed(6);
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** A button that fills in where the device is now; it stays hidden where the browser cannot tell. */
export class HereController extends Controller<HTMLButtonElement> {
  connect(): void {
    if (!("geolocation" in navigator) || !window.isSecureContext) return;
    this.element.hidden = false;
    this.element.addEventListener("click", () => this.ask());
  }

  private ask(): void {
    this.element.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.found(coords),
      () => this.tell("failed"),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 },
    );
  }

  private found(coords: GeolocationCoordinates): void {
    const form = this.element.form;
    if (form) write(form, coords.longitude, coords.latitude);
    this.tell("found");
  }

  private tell(outcome: "found" | "failed"): void {
    this.element.disabled = false;
    const note = part(this.element.parentElement ?? document, "[data-here-note]");
    if (note) note.textContent = this.element.dataset[outcome] ?? "";
  }
}

/** A map on which a click fills in the position of a form; typed degrees are marked on the map in turn. */
export class PickPositionController extends Controller {
  connect(): void {
    const form = part<HTMLFormElement>(document, "form[data-pick-form]");
    if (!form) return;
    this.element.addEventListener("qs:map-click", (event) => {
      const { lon, lat } = (event as CustomEvent<{ lon: number; lat: number }>).detail;
      write(form, lon, lat);
    });
    this.element.addEventListener("qs:map-ready", () => this.mark(form));
    form.addEventListener("change", () => this.mark(form), { signal: this.signal });
  }

  private mark(form: HTMLFormElement): void {
    const read = (name: string): number => {
      const text = part<HTMLInputElement>(form, `input[name="${name}"]`)?.value.trim() ?? "";
      return text === "" ? NaN : Number(text);
    };
    const [lon, lat] = [read("lon"), read("lat")];
    if (!Number.isFinite(lon) || !Number.isFinite(lat) || Math.abs(lon) > 180 || Math.abs(lat) > 90) return;
    const map = part(this.element, '[data-controller~="map"]');
    map?.dispatchEvent(new CustomEvent("qs:mark", { detail: { lon, lat } }));
  }
}

/** A button that prints the page. */
export class PrintController extends Controller<HTMLButtonElement> {
  connect(): void {
    this.element.hidden = false;
    this.element.addEventListener("click", () => window.print());
  }
}
