/** Values written for people, the same way as on the server. */

/** Bytes as "824 B", "3.4 kB", "12 MB". */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes;
  let step = 0;
  while (value >= 1000 && step < units.length - 1) {
    value /= 1000;
    step += 1;
  }
  const text = step > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0);
  return `${text} ${units[step]}`;
}

/** Degrees of CGCS2000 with six decimals, about 0.1 m. */
export function positionText(lon: number, lat: number): string {
  const east = lon >= 0 ? "E" : "W";
  const north = lat >= 0 ? "N" : "S";
  return `${Math.abs(lon).toFixed(6)}°${east}，${Math.abs(lat).toFixed(6)}°${north}`;
}

/** The position as it is copied. */
export function positionPlain(lon: number, lat: number): string {
  return `${lon.toFixed(6)},${lat.toFixed(6)}`;
}

/** What a file is, by the end of its name: "GeoJSON", "Shapefile", "照片"… */
export function kindText(name: string): string {
  const end = /\.([a-z0-9]+)$/i.exec(name.replace(/\.gz$/i, ""))?.[1]?.toLowerCase() ?? "";
  const kinds: Record<string, string> = {
    geojson: "GeoJSON",
    json: "GeoJSON",
    gpkg: "GeoPackage",
    zip: "Shapefile (zip)",
    jpg: "JPEG",
    jpeg: "JPEG",
    png: "PNG",
    pdf: "PDF",
    xlsx: "Excel",
    docx: "Word",
  };
  return kinds[end] ?? end.toUpperCase();
}
