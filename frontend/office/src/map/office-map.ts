/** A MapLibre map with our style; loaded only by pages that have a map. */
import {
  Map as LibreMap,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
  type MapGeoJSONFeature,
  type MapMouseEvent,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "./map.css";
import type { Bounds, MapOptions } from "./options";
import { addressOf, popupContent, readMatter } from "./popup";
import { SHAPES, hatchPicture, rgb, shapePicture } from "./shapes";
import { FEATURE_ZOOM, MATTER_LAYERS, SWITCHES, buildStyle, readColours, type StyleParts } from "./style";

setWorkerUrl(workerUrl);

const FONTS = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export interface MapData {
  readonly areas: GeoJSON.FeatureCollection | null;
  readonly features: GeoJSON.GeoJSON | null;
  /** What is shown first. */
  readonly bounds: Bounds | null;
  /** Where the button "whole area" leads. */
  readonly home: Bounds | null;
}

export class OfficeMap {
  private readonly map: LibreMap;
  private marker: Marker | null = null;
  private readonly hidden = new Set<string>(["villages"]);

  constructor(
    canvas: HTMLElement,
    private readonly options: MapOptions,
    private readonly data: MapData,
  ) {
    this.map = new LibreMap({
      container: canvas,
      style: this.style(),
      ...(data.bounds ? { bounds: data.bounds, fitBoundsOptions: { padding: 24, maxZoom: 17 } } : {}),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      localIdeographFontFamily: FONTS,
      maxZoom: 19,
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    this.map.on("style.load", () => this.onStyle());
    this.map.on("click", (event) => this.onClick(event));
    this.map.on("mousemove", (event) => this.onMove(event));
  }

  /** Called with the position under the pointer. */
  onPosition: (lon: number, lat: number) => void = () => undefined;

  /** Called when tiles cannot be read. */
  set onFault(act: () => void) {
    this.map.on("error", act);
  }

  show(name: string, on: boolean): void {
    if (on) this.hidden.delete(name);
    else this.hidden.add(name);
    this.applySwitches();
  }

  fit(): void {
    if (this.data.home) this.map.fitBounds(this.data.home, { padding: 24, maxZoom: 17 });
  }

  /** Puts the one pin of the map on a position. */
  mark(lon: number, lat: number): void {
    this.marker ??= new Marker({ color: readColours(document.documentElement).primary });
    this.marker.setLngLat([lon, lat]).addTo(this.map);
  }

  /** Draws again in the present theme. */
  repaint(): void {
    this.map.setStyle(this.style(), { diff: false });
  }

  resize(): void {
    this.map.resize();
  }

  remove(): void {
    this.map.remove();
  }

  private style(): ReturnType<typeof buildStyle> {
    const parts: StyleParts = {
      tiles: this.options.tiles && new URL(this.options.tiles, window.location.href).href.replace(/%7B/g, "{").replace(/%7D/g, "}"),
      areas: this.data.areas,
      features: this.data.features,
      colours: readColours(document.documentElement),
    };
    return buildStyle(parts);
  }

  private onStyle(): void {
    const colours = readColours(document.documentElement);
    for (const shape of SHAPES) {
      if (!this.map.hasImage(shape)) this.map.addImage(shape, shapePicture(shape), { sdf: true, pixelRatio: 1 });
    }
    if (!this.map.hasImage("hatch")) this.map.addImage("hatch", hatchPicture(rgb(colours.line)));
    this.applySwitches();
  }

  private applySwitches(): void {
    for (const [name, layers] of Object.entries(SWITCHES)) {
      for (const layer of layers) {
        if (this.map.getLayer(layer)) {
          this.map.setLayoutProperty(layer, "visibility", this.hidden.has(name) ? "none" : "visible");
        }
      }
    }
    const off = ["leads", "cases"].filter((name) => this.hidden.has(name)).map((name) => name.slice(0, -1));
    for (const layer of ["cells", "cells-number"]) {
      if (this.map.getLayer(layer)) {
        this.map.setFilter(layer, ["!", ["in", ["coalesce", ["get", "kind"], ""], ["literal", off]]]);
      }
    }
  }

  private hits(event: MapMouseEvent): MapGeoJSONFeature[] {
    const layers = [...MATTER_LAYERS, "cells"].filter((layer) => this.map.getLayer(layer));
    return layers.length > 0 ? this.map.queryRenderedFeatures(event.point, { layers }) : [];
  }

  private onMove(event: MapMouseEvent): void {
    this.map.getCanvas().classList.toggle("qs-map__pointing", this.hits(event).length > 0);
    this.onPosition(event.lngLat.lng, event.lngLat.lat);
  }

  private onClick(event: MapMouseEvent): void {
    this.onPosition(event.lngLat.lng, event.lngLat.lat);
    const detail = { lon: event.lngLat.lng, lat: event.lngLat.lat };
    this.map.getContainer().dispatchEvent(new CustomEvent("qs:map-click", { bubbles: true, detail }));
    const hit = this.hits(event)[0];
    if (!hit) return;
    if (hit.layer.id === "cells") {
      this.map.easeTo({ center: event.lngLat, zoom: Math.min(this.map.getZoom() + 2, FEATURE_ZOOM) });
      return;
    }
    const matter = readMatter(hit.layer.id, hit.properties);
    const address = addressOf(matter.kind === "case" ? this.options.caseUrl : this.options.leadUrl, matter.id);
    new Popup({ maxWidth: "20rem" })
      .setLngLat(event.lngLat)
      .setDOMContent(popupContent(matter, this.options.words, address))
      .addTo(this.map);
    document.dispatchEvent(new CustomEvent("qs:matter", { detail: matter }));
  }
}
