/** A MapLibre map with our style; loaded only by pages that have a map. */
import {
  Map as LibreMap,
  Marker,
  NavigationControl,
  Popup,
  ScaleControl,
  setWorkerUrl,
  type GeoJSONSource,
  type MapGeoJSONFeature,
  type PointLike,
  type VectorTileSource,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import "./map.css";
import type { Place } from "./address";
import type { Bounds, MapOptions } from "./options";
import { addressOf, popupContent, readMatter, type Matter } from "./popup";
import { SHAPES, hatchPicture, rgb, shapePicture } from "./shapes";
import { COUNT_LAYERS, EMPTY, FEATURE_ZOOM, MATTER_LAYERS, SWITCHES, buildStyle, readColours } from "./style";
import type { PictureLayer, StyleParts } from "./style";

setWorkerUrl(workerUrl);

const FONTS = '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export interface MapData {
  readonly areas: GeoJSON.FeatureCollection | null;
  readonly features: GeoJSON.GeoJSON | null;
  /** What is shown first. */
  readonly bounds: Bounds | null;
  /** Where the button "whole area" leads. */
  readonly home: Bounds | null;
  /** Place of the address; wins over `bounds`. */
  readonly place?: Place | null;
  readonly label?: string;
  /** Moved by another map: no controls, no keyboard. */
  readonly quiet?: boolean;
}

interface Click {
  readonly point: PointLike;
  readonly lon: number;
  readonly lat: number;
}

export class OfficeMap {
  private readonly map: LibreMap;
  private marker: Marker | null = null;
  private readonly hidden = new Set<string>(["villages"]);
  private query = "";
  private pictures: readonly PictureLayer[] = [];
  private sketch: GeoJSON.FeatureCollection = EMPTY;
  private half: OfficeMap | null = null;

  constructor(
    canvas: HTMLElement,
    private readonly options: MapOptions,
    private readonly data: MapData,
  ) {
    const { bounds, place } = data;
    this.query = options.query;
    this.map = new LibreMap({
      container: canvas,
      style: this.style(),
      ...(place
        ? { center: [place.lon, place.lat], zoom: place.zoom }
        : bounds
          ? { bounds, fitBoundsOptions: { padding: 24, maxZoom: 17 } }
          : {}),
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      localIdeographFontFamily: FONTS,
      maxZoom: 19,
      refreshExpiredTiles: false,
      interactive: !data.quiet,
      ...(data.label ? { locale: { "Map.Title": data.label } } : {}),
    });
    this.map.touchZoomRotate.disableRotation();
    if (!data.quiet) {
      this.map.addControl(new NavigationControl({ showCompass: false }), "top-right");
      this.map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-left");
    }
    this.map.on("style.load", () => this.onStyle());
    this.map.on("click", ({ point, lngLat }) => this.onClick({ point, lon: lngLat.lng, lat: lngLat.lat }));
    this.map.on("mousemove", ({ point, lngLat }) => this.onMove({ point, lon: lngLat.lng, lat: lngLat.lat }));
    this.map.on("move", () => this.half?.follow(this.place()));
    this.map.on("moveend", () => this.onMoved(this.bounds(), this.place()));
    this.map.getCanvas().addEventListener("keydown", (event) => this.onKey(event));
  }

  /** Called with the position under the pointer. */
  onPosition: (lon: number, lat: number) => void = () => undefined;
  /** Called when the view came to rest. */
  onMoved: (bounds: Bounds, place: Place) => void = () => undefined;
  /** Called with the matter that was clicked. */
  onMatter: (matter: Matter) => void = () => undefined;
  /** Called with the id of the matter under the pointer; "" for none. */
  onHover: (id: string) => void = () => undefined;
  /** While set, clicks go here and nowhere else (measuring). */
  capture: ((lon: number, lat: number) => void) | null = null;

  /** Called when tiles cannot be read. */
  set onFault(act: () => void) {
    this.map.on("error", act);
  }

  show(name: string, on: boolean): void {
    if (on) this.hidden.delete(name);
    else this.hidden.add(name);
    this.applySwitches();
    this.half?.show(name, on);
  }

  /** Other filters: the same tiles with another query string. */
  filter(query: string): void {
    if (query === this.query) return;
    this.query = query;
    const source = this.map.getSource<VectorTileSource>("matters");
    if (source) source.setTiles([this.tiles()]);
    this.half?.filter(query);
  }

  /** Picture layers to show, the lowest first. */
  showPictures(pictures: readonly PictureLayer[]): void {
    const before = this.pictures;
    this.pictures = pictures;
    if (!this.map.getLayer("ground")) return;
    for (const { id } of before.map((one) => ({ id: `picture-${one.id}` }))) {
      if (this.map.getLayer(id)) this.map.removeLayer(id);
      if (this.map.getSource(id)) this.map.removeSource(id);
    }
    this.addPictures();
  }

  private addPictures(): void {
    const style = this.style();
    for (const { id } of this.pictures.map((one) => ({ id: `picture-${one.id}` }))) {
      const [source, layer] = [style.sources[id], style.layers.find((one) => one.id === id)];
      if (!source || !layer || this.map.getSource(id)) continue;
      this.map.addSource(id, source);
      this.map.addLayer(layer, "synthetic");
    }
  }

  fit(): void {
    if (this.data.home) this.map.fitBounds(this.data.home, { padding: 24, maxZoom: 17 });
  }

  goTo(lon: number, lat: number, zoom = 15): void {
    this.map.easeTo({ center: [lon, lat], zoom: Math.max(zoom, this.map.getZoom()) });
  }

  fitTo(bounds: Bounds): void {
    this.map.fitBounds(bounds, { padding: 24, maxZoom: 17 });
  }

  /** Puts the one pin of the map on a position. */
  mark(lon: number, lat: number): void {
    this.marker ??= new Marker({ color: readColours(document.documentElement).primary });
    this.marker.setLngLat([lon, lat]).addTo(this.map);
  }

  /** A ring around a position, or none. */
  highlight(at: { readonly lon: number; readonly lat: number } | null): void {
    const point = at && { type: "Point" as const, coordinates: [at.lon, at.lat] };
    const data: GeoJSON.GeoJSON = point ? { type: "Feature", properties: {}, geometry: point } : EMPTY;
    this.map.getSource<GeoJSONSource>("highlight")?.setData(data);
  }

  /** What is drawn while measuring. */
  draw(sketch: GeoJSON.FeatureCollection): void {
    this.sketch = sketch;
    this.map.getSource<GeoJSONSource>("sketch")?.setData(sketch);
  }

  /** Draws again in the present theme. */
  repaint(): void {
    this.map.setStyle(this.style(), { diff: false });
    this.half?.repaint();
  }

  resize(): void {
    this.map.resize();
  }

  remove(): void {
    this.map.remove();
  }

  bounds(): Bounds {
    const box = this.map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  place(): Place {
    const { lng, lat } = this.map.getCenter();
    return { lon: lng, lat, zoom: this.map.getZoom() };
  }

  /**
   * A second map that lies exactly over this one and moves with it (the right half of a comparison): same borders and
   * matters, other pictures. Clicks, popups and controls stay with this map.
   */
  openHalf(over: HTMLElement): OfficeMap {
    const container = this.map.getContainer();
    container.insertBefore(over, container.querySelector(".maplibregl-control-container"));
    over.hidden = false;
    const data = { ...this.data, bounds: null, home: null, place: this.place(), quiet: true };
    const half = new OfficeMap(over, { ...this.options, query: this.query }, data);
    half.hidden.clear();
    this.hidden.forEach((name) => half.hidden.add(name));
    this.half = half;
    return half;
  }

  closeHalf(): void {
    this.half?.remove();
    this.half = null;
  }

  private follow(place: Place): void {
    this.map.jumpTo({ center: [place.lon, place.lat], zoom: place.zoom });
  }

  private tiles(): string {
    if (!this.options.tiles) return "";
    const plain = new URL(this.options.tiles, window.location.href).href.replace(/%7B/g, "{").replace(/%7D/g, "}");
    return this.query ? `${plain}?${this.query}` : plain;
  }

  private style(): ReturnType<typeof buildStyle> {
    const parts: StyleParts = {
      tiles: this.tiles(),
      areas: this.data.areas,
      features: this.data.features,
      colours: readColours(document.documentElement),
      pictures: this.pictures,
    };
    return buildStyle(parts);
  }

  private onStyle(): void {
    const colours = readColours(document.documentElement);
    for (const shape of SHAPES) {
      if (!this.map.hasImage(shape)) this.map.addImage(shape, shapePicture(shape), { sdf: true, pixelRatio: 1 });
    }
    if (!this.map.hasImage("hatch")) this.map.addImage("hatch", hatchPicture(rgb(colours.line)));
    this.addPictures();
    this.applySwitches();
    this.draw(this.sketch);
  }

  private applySwitches(): void {
    for (const [name, layers] of Object.entries(SWITCHES)) {
      for (const layer of layers) {
        if (this.map.getLayer(layer)) {
          this.map.setLayoutProperty(layer, "visibility", this.hidden.has(name) ? "none" : "visible");
        }
      }
    }
  }

  private hits(point: PointLike): MapGeoJSONFeature[] {
    const layers = [...MATTER_LAYERS, ...COUNT_LAYERS].filter((layer) => this.map.getLayer(layer));
    return layers.length > 0 ? this.map.queryRenderedFeatures(point, { layers }) : [];
  }

  private onMove({ point, lon, lat }: Click): void {
    const hits = this.capture ? [] : this.hits(point);
    const style = this.map.getCanvas().classList;
    style.toggle("qs-map__pointing", hits.length > 0);
    style.toggle("qs-map__measuring", this.capture !== null);
    this.onPosition(lon, lat);
    this.onHover(String(hits.find((hit) => hit.properties["id"])?.properties["id"] ?? ""));
  }

  /** Enter in the middle of the map is a click there, for those who move it with the arrow keys. */
  private onKey(event: KeyboardEvent): void {
    if (event.key !== "Enter") return;
    const { lng, lat } = this.map.getCenter();
    this.onClick({ point: this.map.project([lng, lat]), lon: lng, lat });
  }

  private onClick({ point, lon, lat }: Click): void {
    this.onPosition(lon, lat);
    if (this.capture) {
      this.capture(lon, lat);
      return;
    }
    this.map.getContainer().dispatchEvent(new CustomEvent("qs:map-click", { bubbles: true, detail: { lon, lat } }));
    const hit = this.hits(point)[0];
    if (!hit) return;
    if ((COUNT_LAYERS as readonly string[]).includes(hit.layer.id)) this.comeNearer(hit, lon, lat);
    else this.tell(hit, lon, lat);
  }

  private comeNearer(hit: MapGeoJSONFeature, lon: number, lat: number): void {
    const now = this.map.getZoom();
    const zoom = hit.layer.id.startsWith("cells") ? Math.min(now + 2, Math.max(now + 1, FEATURE_ZOOM)) : now + 1.5;
    this.map.easeTo({ center: [lon, lat], zoom: Math.min(zoom, 19) });
  }

  private tell(hit: MapGeoJSONFeature, lon: number, lat: number): void {
    const matter = readMatter(hit.layer.id, hit.properties);
    const address = addressOf(matter.kind === "case" ? this.options.caseUrl : this.options.leadUrl, matter.id);
    new Popup({ maxWidth: "20rem" })
      .setLngLat([lon, lat])
      .setDOMContent(popupContent(matter, this.options.words, address))
      .addTo(this.map);
    this.onMatter(matter);
    document.dispatchEvent(new CustomEvent("qs:matter", { detail: matter }));
  }
}
