/** Positions as people write them: degrees, degrees-minutes-seconds, metres of a zone. Read in any form, shown in all. */
import { FIRST_ZONE, LAST_ZONE, fromZone, toZone, zoneOf, type Position } from "./gauss";

export type Read = { readonly position: Position } | { readonly problem: Problem };
/** Why a text is no position; the words for it stand in the page. */
export type Problem = "empty" | "unreadable" | "outside" | "zone";

const WEST = 73;
const EAST = 136;
const SOUTH = 3;
const NORTH = 54;

/** Angle with marks: 114°12′30.5″, 114度12分30.5秒, 114.2°. */
const ANGLE = /(\d+(?:\.\d+)?)\s*[°度]\s*(?:(\d+(?:\.\d+)?)\s*[′'’‘分]\s*)?(?:(\d+(?:\.\d+)?)\s*(?:[″"”“秒]|''|′′))?/g;
const NUMBER = /\d+(?:\.\d+)?/g;

/** Reads degrees ("114.2084, 37.65"), DMS, or zone metres ("X 4168000 Y 38430000"), in either order. */
export function readPosition(text: string): Read {
  const plain = text.replace(/[º˚]/g, "°").normalize("NFKC").toUpperCase().trim();
  if (!plain) return { problem: "empty" };
  const named = /(\d{2})\s*(?:度?带|號带|号带|ZONE)|(?:带号|ZONE)\s*[::]?\s*(\d{2})/.exec(plain);
  const zone = named ? Number(named[1] ?? named[2]) : null;
  const rest = named ? plain.replace(named[0], " ") : plain;
  const angles = [...rest.matchAll(ANGLE)].map(degreesOf);
  if (angles.length > 0) return angles.length === 2 ? fromDegrees(angles) : { problem: "unreadable" };
  const numbers = (rest.match(NUMBER) ?? []).map(Number);
  if (numbers.length === 6) return fromSixths(numbers);
  if (numbers.length !== 2) return { problem: "unreadable" };
  return Math.max(...numbers) <= 180 ? fromDegrees(numbers) : fromMetres(numbers, zone);
}

function degreesOf(match: RegExpMatchArray): number {
  const [degrees, minutes, seconds] = [match[1], match[2], match[3]].map((part) => Number(part ?? 0));
  if ((minutes ?? 0) >= 60 || (seconds ?? 0) >= 60) return NaN;
  return (degrees ?? 0) + (minutes ?? 0) / 60 + (seconds ?? 0) / 3600;
}

function fromSixths(numbers: readonly number[]): Read {
  const angle = (at: number): number => {
    const [d = NaN, m = NaN, s = NaN] = numbers.slice(at, at + 3);
    return m < 60 && s < 60 ? d + m / 60 + s / 3600 : NaN;
  };
  return fromDegrees([angle(0), angle(3)]);
}

/** In China longitudes and latitudes share no value, so their order need not be known. */
function fromDegrees(pair: readonly number[]): Read {
  const [lat = NaN, lon = NaN] = [...pair].sort((a, b) => a - b);
  if (pair.some(Number.isNaN)) return { problem: "unreadable" };
  if (lon < WEST || lon > EAST || lat < SOUTH || lat > NORTH) return { problem: "outside" };
  return { position: { lon, lat } };
}

function fromMetres(pair: readonly number[], named: number | null): Read {
  const prefixed = pair.findIndex((value) => value >= FIRST_ZONE * 1_000_000 && value < (LAST_ZONE + 1) * 1_000_000);
  const at = prefixed >= 0 ? prefixed : pair.findIndex((value) => value < 1_000_000);
  const [y, x] = [pair[at], pair[1 - at]];
  if (at < 0 || y === undefined || x === undefined) return { problem: "unreadable" };
  const zone = prefixed >= 0 ? Math.floor(y / 1_000_000) : named;
  if (zone === null) return { problem: "zone" };
  if (zone < FIRST_ZONE || zone > LAST_ZONE || (named !== null && named !== zone)) return { problem: "zone" };
  const position = fromZone({ zone, x, y: prefixed >= 0 ? y : y + zone * 1_000_000 });
  const inside = position.lat >= SOUTH && position.lat <= NORTH && Math.abs(position.lon - zone * 3) <= 3;
  return inside ? { position } : { problem: "outside" };
}

function dms(value: number): string {
  const hundredths = Math.round(Math.abs(value) * 360_000);
  const [degrees, minutes] = [Math.floor(hundredths / 360_000), Math.floor(hundredths / 6000) % 60];
  const seconds = ((hundredths % 6000) / 100).toFixed(2).padStart(5, "0");
  return `${degrees}°${String(minutes).padStart(2, "0")}′${seconds}″`;
}

/** "114°12′30.50″E 37°39′00.00″N" */
export function dmsText(lon: number, lat: number): string {
  return `${dms(lon)}${lon >= 0 ? "E" : "W"} ${dms(lat)}${lat >= 0 ? "N" : "S"}`;
}

/** "X 4168012.34 Y 38430123.45"; empty outside the zones of China. */
export function metresText(lon: number, lat: number): string {
  const zone = zoneOf(lon);
  if (zone === null) return "";
  const { x, y } = toZone(lon, lat, zone);
  return `X ${x.toFixed(2)} Y ${y.toFixed(2)}`;
}
