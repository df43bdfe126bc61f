import type { Coordinates, PromisingRules } from "./promising-rules.ts";

/** Where something lies, as far as an address says. */
export interface Place {
  readonly country: string;
  readonly region?: string;
  readonly postalCode: string;
}

/**
 * The middle of each state and province, to half a degree: near enough to tell which branch is nearer, not to tell a day's drive. Where that is too
 * coarse (both sides of Texas), `places` of the configuration name postal prefixes.
 */
const MIDDLES: Readonly<Record<string, Readonly<Record<string, readonly [latitude: number, longitude: number]>>>> = {
  US: {
    AL: [32.8, -86.8],
    AK: [64, -152],
    AZ: [34.3, -111.7],
    AR: [34.8, -92.4],
    CA: [37.2, -119.5],
    CO: [39, -105.5],
    CT: [41.6, -72.7],
    DC: [38.9, -77],
    DE: [39, -75.5],
    FL: [28.6, -82.4],
    GA: [32.6, -83.4],
    HI: [20.3, -156.4],
    IA: [42.1, -93.5],
    ID: [44.4, -114.6],
    IL: [40, -89.2],
    IN: [39.9, -86.3],
    KS: [38.5, -98.4],
    KY: [37.5, -85.3],
    LA: [31, -92],
    MA: [42.3, -71.8],
    MD: [39, -76.8],
    ME: [45.4, -69.2],
    MI: [44.3, -85.4],
    MN: [46.3, -94.3],
    MO: [38.4, -92.5],
    MS: [32.7, -89.7],
    MT: [47, -109.6],
    NC: [35.5, -79.4],
    ND: [47.4, -100.5],
    NE: [41.5, -99.8],
    NH: [43.7, -71.6],
    NJ: [40.2, -74.7],
    NM: [34.4, -106.1],
    NV: [39.3, -116.6],
    NY: [42.9, -75.5],
    OH: [40.3, -82.8],
    OK: [35.6, -97.5],
    OR: [43.9, -120.6],
    PA: [40.9, -77.8],
    PR: [18.2, -66.4],
    RI: [41.7, -71.6],
    SC: [33.9, -80.9],
    SD: [44.4, -100.2],
    TN: [35.9, -86.4],
    TX: [31.5, -99.3],
    UT: [39.3, -111.7],
    VA: [37.5, -78.9],
    VT: [44.1, -72.7],
    WA: [47.4, -120.4],
    WI: [44.6, -89.9],
    WV: [38.6, -80.6],
    WY: [43, -107.6],
  },
  CA: {
    AB: [54.5, -115],
    BC: [54, -125],
    MB: [54.5, -97.5],
    NB: [46.5, -66],
    NL: [53, -60],
    NS: [45, -63],
    NT: [65, -119],
    NU: [68, -95],
    ON: [49.5, -84.5],
    PE: [46.4, -63.2],
    QC: [52, -72],
    SK: [54.5, -106],
    YT: [63.5, -135.5],
  },
};

/** The longest postal prefix that is known, else the middle of the state; null where neither is. */
export function coordinatesOf(place: Place, known: PromisingRules["places"] = []): Coordinates | null {
  const code = place.postalCode.toUpperCase();
  const prefixes = known.filter(
    ({ country, postalPrefix }) => country === place.country && code.startsWith(postalPrefix),
  );
  const [nearest] = prefixes.toSorted((a, b) => b.postalPrefix.length - a.postalPrefix.length);
  if (nearest) return { latitude: nearest.latitude, longitude: nearest.longitude };
  const middle = MIDDLES[place.country]?.[place.region ?? ""];
  return middle ? { latitude: middle[0], longitude: middle[1] } : null;
}

const EARTH_MILES = 3959;
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** As the crow flies, in whole miles. */
export function milesBetween(a: Coordinates, b: Coordinates): number {
  const height = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2;
  const width = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  const chord = height + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * width;
  return Math.round(2 * EARTH_MILES * Math.asin(Math.sqrt(chord)));
}
