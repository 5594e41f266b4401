import { Controller } from "../lib/registry";
import { part } from "../lib/dom";
import { positionPlain, positionText } from "../lib/format";
import { dmsText, metresText } from "../lib/positions";
import { boundsOf, hasSynthetic, taken } from "../map/geojson";
import type { OfficeMap } from "../map/office-map";
import { readPlace } from "../map/address";
import { readOptions, type MapOptions } from "../map/options";

/** A map of the page (地图): matters by tiles, or the shapes of one matter; panel, legend and read-out around it. */
export class MapController extends Controller {
  private map: OfficeMap | null = null;

  connect(): void {
    void this.load().catch(() => this.fault());
  }

  protected override released(): void {
    this.map?.remove();
    this.map = null;
  }

  private async load(): Promise<void> {
    const canvas = part(this.element, "[data-map-canvas]");
    if (!canvas) return;
    const options = readOptions(this.element);
    const [{ OfficeMap }, areas, focus] = await Promise.all([
      import("../map/office-map"),
      this.fetchGeoJson(options.areas) as Promise<GeoJSON.FeatureCollection | null>,
      this.fetchGeoJson(options.focus),
    ]);
    if (this.signal.aborted) return;
    const features = focus ?? this.readFeatures(options);
    const home = options.bounds ?? (areas && boundsOf(areas)) ?? (features && boundsOf(features));
    const bounds = (focus && boundsOf(focus)) ?? options.bounds ?? (features && boundsOf(taken(features))) ?? home;
    this.markSynthetic(areas);
    const place = this.element.dataset["place"] === undefined ? null : readPlace(new URLSearchParams(location.search).get("pos"));
    const label = canvas.getAttribute("aria-label") ?? "";
    const map = new OfficeMap(canvas, options, { areas, features, bounds, home, place, label });
    map.onPosition = (lon, lat) => this.showPosition(lon, lat);
    map.onFault = () => this.fault();
    this.bindPanel(map);
    this.map = map;
    this.element.addEventListener("qs:mark", (event) => {
      const { lon, lat } = (event as CustomEvent<{ lon: number; lat: number }>).detail;
      map.mark(lon, lat);
    });
    this.element.dispatchEvent(new CustomEvent("qs:map-ready", { bubbles: true, detail: { map, areas } }));
  }

  /** Panel of a small map; on the map page the panel stands outside and belongs to another controller. */
  private bindPanel(map: OfficeMap): void {
    this.element.querySelectorAll<HTMLInputElement>("[data-map-layer]").forEach((box) => {
      const apply = (): void => map.show(box.dataset["mapLayer"] ?? "", box.checked);
      box.addEventListener("change", apply);
      apply();
    });
    const panel = part<HTMLDetailsElement>(this.element, "[data-map-panel]");
    if (panel && window.matchMedia("(max-width: 48rem)").matches) panel.open = false;
    part(this.element, "[data-map-fit]")?.addEventListener("click", () => map.fit());
    document.addEventListener("qs:theme", () => map.repaint(), { signal: this.signal });
    document.addEventListener("qs:shown", () => map.resize(), { signal: this.signal });
  }

  private async fetchGeoJson(address: string): Promise<GeoJSON.GeoJSON | null> {
    if (!address) return null;
    const answer = await fetch(address, { signal: this.signal, credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    return (await answer.json()) as GeoJSON.GeoJSON;
  }

  private readFeatures(options: MapOptions): GeoJSON.GeoJSON | null {
    const script = options.features ? document.getElementById(options.features) : null;
    return script?.textContent ? (JSON.parse(script.textContent) as GeoJSON.GeoJSON) : null;
  }

  private markSynthetic(areas: GeoJSON.FeatureCollection | null): void {
    const label = part(this.element, "[data-map-synthetic]");
    if (label) label.hidden = !(areas && hasSynthetic(areas));
  }

  private showPosition(lon: number, lat: number): void {
    const holder = part(this.element, "[data-map-coords]");
    const text = part(this.element, "[data-map-position]");
    if (!holder || !text) return;
    text.textContent = positionText(lon, lat);
    holder.dataset["copyText"] = positionPlain(lon, lat);
    const more = part(this.element, "[data-map-position-more]");
    if (more) more.textContent = [dmsText(lon, lat), metresText(lon, lat)].filter(Boolean).join(" · ");
  }

  private fault(): void {
    const note = part(this.element, "[data-map-fault]");
    if (note?.hidden) this.element.dispatchEvent(new CustomEvent("qs:map-fault", { bubbles: true }));
    if (note) note.hidden = false;
  }
}
