/**
 * Gauss-Krüger projection (高斯-克吕格投影) of CGCS2000 in zones three degrees wide, by Krüger's series to the sixth order:
 * within a zone it agrees with the strict solution to far below a millimetre. X is the northing, Y the easting with the
 * zone's number in front, as Chinese surveyors write them.
 */

const AXIS = 6378137;
const FLATTENING = 1 / 298.257222101;
const N = FLATTENING / (2 - FLATTENING);
const E2 = FLATTENING * (2 - FLATTENING);
const E = Math.sqrt(E2);
const RADIUS = (AXIS / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64 + N ** 6 / 256);
const RAD = Math.PI / 180;
const FALSE_EASTING = 500_000;
export const FIRST_ZONE = 25;
export const LAST_ZONE = 45;

/** Rows of the series: coefficients of n^row, n^(row+1) … */
const FORWARD = [
  [1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800],
  [13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360],
  [61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440],
  [49561 / 161280, -179 / 168, 6601661 / 7257600],
  [34729 / 80640, -3418889 / 1995840],
  [212378941 / 319334400],
].map(summed);
const INVERSE = [
  [1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800],
  [1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720],
  [17 / 480, -37 / 840, -209 / 4480, 5569 / 90720],
  [4397 / 161280, -11 / 504, -830251 / 7257600],
  [4583 / 161280, -108847 / 3991680],
  [20648693 / 638668800],
].map(summed);

function summed(row: readonly number[], at: number): number {
  return row.reduce((sum, factor, power) => sum + factor * N ** (at + 1 + power), 0);
}

export interface Position {
  readonly lon: number;
  readonly lat: number;
}

/** Zone metres: X northing, Y easting with the zone's number in front. */
export interface ZoneMetres {
  readonly zone: number;
  readonly x: number;
  readonly y: number;
}

/** Number of the three-degree zone of a longitude: 114.5 → 38; null outside China's zones. */
export function zoneOf(lon: number): number | null {
  const zone = Math.floor(lon / 3 + 0.5);
  return zone >= FIRST_ZONE && zone <= LAST_ZONE ? zone : null;
}

/** Degrees to metres of a zone, which may be a neighbouring one. */
export function toZone(lon: number, lat: number, zone: number): ZoneMetres {
  const [phi, lambda] = [lat * RAD, (lon - zone * 3) * RAD];
  const t = Math.sinh(Math.atanh(Math.sin(phi)) - E * Math.atanh(E * Math.sin(phi)));
  const xi0 = Math.atan2(t, Math.cos(lambda));
  const eta0 = Math.asinh(Math.sin(lambda) / Math.hypot(t, Math.cos(lambda)));
  let [xi, eta] = [xi0, eta0];
  FORWARD.forEach((factor, at) => {
    const k = 2 * (at + 1);
    xi += factor * Math.sin(k * xi0) * Math.cosh(k * eta0);
    eta += factor * Math.cos(k * xi0) * Math.sinh(k * eta0);
  });
  return { zone, x: RADIUS * xi, y: zone * 1_000_000 + FALSE_EASTING + RADIUS * eta };
}

/** Metres of a zone to degrees. */
export function fromZone({ zone, x, y }: ZoneMetres): Position {
  const xi0 = x / RADIUS;
  const eta0 = (y - zone * 1_000_000 - FALSE_EASTING) / RADIUS;
  let [xi, eta] = [xi0, eta0];
  INVERSE.forEach((factor, at) => {
    const k = 2 * (at + 1);
    xi -= factor * Math.sin(k * xi0) * Math.cosh(k * eta0);
    eta -= factor * Math.cos(k * xi0) * Math.sinh(k * eta0);
  });
  const lambda = Math.atan2(Math.sinh(eta), Math.cos(xi));
  const wanted = Math.sin(xi) / Math.hypot(Math.sinh(eta), Math.cos(xi));
  let tau = wanted;
  for (let round = 0; round < 6; round += 1) {
    const root = Math.hypot(1, tau);
    const sigma = Math.sinh(E * Math.atanh((E * tau) / root));
    const got = tau * Math.hypot(1, sigma) - sigma * root;
    tau += ((wanted - got) / Math.hypot(1, got)) * ((1 + (1 - E2) * tau ** 2) / ((1 - E2) * root));
  }
  return { lon: zone * 3 + lambda / RAD, lat: Math.atan(tau) / RAD };
}

const SQUARE_METRES_PER_MU = 10_000 / 15;

/** Points on the plane of the zone of their middle; null when that is no zone of China. */
function onPlane(points: readonly Position[]): ZoneMetres[] | null {
  const lons = points.map((point) => point.lon);
  const zone = points.length > 0 ? zoneOf((Math.min(...lons) + Math.max(...lons)) / 2) : null;
  return zone === null ? null : points.map((point) => toZone(point.lon, point.lat, zone));
}

/** Length of a line in metres on the plane of its zone (平面距离); null outside the zones. */
export function lengthOf(points: readonly Position[]): number | null {
  const plane = onPlane(points);
  if (!plane) return null;
  return plane.slice(1).reduce((sum, b, at) => sum + Math.hypot(b.x - (plane[at]?.x ?? 0), b.y - (plane[at]?.y ?? 0)), 0);
}

/** Area in m² of a ring (closed by itself) on the plane of its zone (平面面积); null outside the zones. */
export function areaOf(points: readonly Position[]): number | null {
  const plane = onPlane(points);
  const first = plane?.[0];
  if (!plane || !first) return null;
  const twice = plane.reduce((sum, a, at) => {
    const b = plane[(at + 1) % plane.length] ?? first;
    return sum + (a.x - first.x) * (b.y - first.y) - (b.x - first.x) * (a.y - first.y);
  }, 0);
  return Math.abs(twice) / 2;
}

export function mu(squareMetres: number): number {
  return squareMetres / SQUARE_METRES_PER_MU;
}
