/** Sales tax by state and county, in per cent. Plausible, not current: the sandbox is no tax advice. Counties go by the first three digits of the ZIP code. */
interface StateRate {
  readonly name: string;
  readonly percent: string;
  readonly counties: Readonly<Record<string, readonly [name: string, percent: string]>>;
}

// prettier-ignore
const states: Readonly<Record<string, StateRate>> = {
  AL: { name: "Alabama", percent: "4", counties: { "352": ["Jefferson", "6"] } },
  AR: { name: "Arkansas", percent: "6.5", counties: { "722": ["Pulaski", "1"] } },
  AZ: { name: "Arizona", percent: "5.6", counties: { "850": ["Maricopa", "0.7"] } },
  CA: { name: "California", percent: "7.25", counties: { "941": ["San Francisco", "1.375"], "900": ["Los Angeles", "2.25"], "917": ["San Bernardino", "0.5"] } },
  CO: { name: "Colorado", percent: "2.9", counties: { "802": ["Denver", "5.91"] } },
  FL: { name: "Florida", percent: "6", counties: { "328": ["Orange", "0.5"], "322": ["Duval", "1.5"] } },
  GA: { name: "Georgia", percent: "4", counties: { "303": ["Fulton", "4.9"], "314": ["Chatham", "3"], "300": ["Gwinnett", "2"] } },
  IA: { name: "Iowa", percent: "6", counties: { "503": ["Polk", "1"] } },
  ID: { name: "Idaho", percent: "6", counties: {} },
  IL: { name: "Illinois", percent: "6.25", counties: { "601": ["DuPage", "1.75"], "606": ["Cook", "4"], "600": ["Cook", "4"] } },
  IN: { name: "Indiana", percent: "7", counties: {} },
  KS: { name: "Kansas", percent: "6.5", counties: { "672": ["Sedgwick", "1"] } },
  LA: { name: "Louisiana", percent: "5", counties: { "701": ["Jefferson Parish", "4.75"] } },
  MI: { name: "Michigan", percent: "6", counties: {} },
  MN: { name: "Minnesota", percent: "6.875", counties: { "554": ["Hennepin", "2.15"] } },
  MO: { name: "Missouri", percent: "4.225", counties: { "658": ["Greene", "3.875"] } },
  MS: { name: "Mississippi", percent: "7", counties: {} },
  NC: { name: "North Carolina", percent: "4.75", counties: { "276": ["Wake", "2.5"] } },
  NJ: { name: "New Jersey", percent: "6.625", counties: {} },
  NM: { name: "New Mexico", percent: "4.875", counties: { "871": ["Bernalillo", "2.75"] } },
  NV: { name: "Nevada", percent: "4.6", counties: { "894": ["Washoe", "3.665"] } },
  NY: { name: "New York", percent: "4", counties: { "109": ["Orange", "4.125"] } },
  OH: { name: "Ohio", percent: "5.75", counties: { "441": ["Cuyahoga", "2.25"] } },
  OK: { name: "Oklahoma", percent: "4.5", counties: { "731": ["Oklahoma", "4.125"] } },
  OR: { name: "Oregon", percent: "0", counties: {} },
  PA: { name: "Pennsylvania", percent: "6", counties: { "152": ["Allegheny", "1"] } },
  SC: { name: "South Carolina", percent: "6", counties: { "299": ["Beaufort", "1"] } },
  TN: { name: "Tennessee", percent: "7", counties: { "372": ["Davidson", "2.25"] } },
  TX: { name: "Texas", percent: "6.25", counties: { "752": ["Dallas", "2"], "770": ["Harris", "2"], "782": ["Bexar", "2"], "750": ["Dallas", "2"] } },
  UT: { name: "Utah", percent: "4.85", counties: { "841": ["Salt Lake", "2.9"] } },
  WA: { name: "Washington", percent: "6.5", counties: { "981": ["King", "3.85"] } },
  WI: { name: "Wisconsin", percent: "5", counties: { "532": ["Milwaukee", "2.9"] } },
};

export interface TaxAuthority {
  readonly level: "state" | "county";
  readonly name: string;
  readonly percent: string;
}

/** Who taxes what goes there; nothing where the state is not known. */
export function authoritiesAt(region: string, postalCode: string): readonly TaxAuthority[] | null {
  const state = states[region];
  if (state === undefined) return null;
  const county = state.counties[postalCode.slice(0, 3)];
  return [
    { level: "state", name: state.name, percent: state.percent },
    ...(county === undefined ? [] : [{ level: "county", name: county[0], percent: county[1] } as const]),
  ];
}
