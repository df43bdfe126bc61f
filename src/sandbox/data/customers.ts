import type { Address, Customer } from "#contracts";
import { branches } from "./branches.ts";
import { daysAfter } from "./calendar.ts";
import type { Chance } from "./chance.ts";

type Group = "CONTRACTOR" | "INDUSTRIAL" | "MUNICIPAL" | "RESELLER";
type Row = readonly [
  name: string,
  street: string,
  city: string,
  region: string,
  postalCode: string,
  group: Group,
  creditLimit: number,
];

// prettier-ignore
const rows: readonly Row[] = [
  ["Peachtree Mechanical", "1440 Dutch Valley Pl NE", "Atlanta", "GA", "30324", "CONTRACTOR", 250_000],
  ["Lone Star Plumbing Supply", "2201 Irving Blvd", "Dallas", "TX", "75207", "RESELLER", 400_000],
  ["Prairie State Electric", "955 Lively Blvd", "Wood Dale", "IL", "60191", "CONTRACTOR", 150_000],
  ["Sierra Fabrication", "1275 Kleppe Ln", "Sparks", "NV", "89431", "INDUSTRIAL", 200_000],
  ["City of Savannah Public Works", "702 Stiles Ave", "Savannah", "GA", "31415", "MUNICIPAL", 500_000],
  ["Gulf Coast Pipe & Valve", "4500 Clinton Dr", "Houston", "TX", "77020", "RESELLER", 350_000],
  ["Hoosier Fasteners", "5610 W 82nd St", "Indianapolis", "IN", "46278", "RESELLER", 180_000],
  ["Golden Gate Builders", "1485 Bayshore Blvd", "San Francisco", "CA", "94124", "CONTRACTOR", 220_000],
  ["Volunteer HVAC", "640 Thompson Ln", "Nashville", "TN", "37204", "CONTRACTOR", 90_000],
  ["Bayou Process Systems", "1201 Edwards Ave", "New Orleans", "LA", "70123", "INDUSTRIAL", 160_000],
  ["Palmetto Electric Cooperative", "111 Mathews Dr", "Hilton Head Island", "SC", "29926", "MUNICIPAL", 300_000],
  ["Emerald Mechanical", "5600 W Marginal Way SW", "Seattle", "WA", "98106", "CONTRACTOR", 140_000],
  ["Tarheel Tool & Supply", "2810 Yonkers Rd", "Raleigh", "NC", "27604", "RESELLER", 75_000],
  ["Sunshine Irrigation", "2101 Jetport Dr", "Orlando", "FL", "32809", "CONTRACTOR", 60_000],
  ["Buckeye Machine Works", "4250 E 68th St", "Cleveland", "OH", "44105", "INDUSTRIAL", 120_000],
  ["Wasatch Plumbing", "2350 S 900 W", "Salt Lake City", "UT", "84119", "CONTRACTOR", 85_000],
  ["Desert Sun Electric", "3850 E Broadway Rd", "Phoenix", "AZ", "85040", "CONTRACTOR", 110_000],
  ["Badger Industrial", "4600 W Schroeder Dr", "Milwaukee", "WI", "53223", "INDUSTRIAL", 130_000],
  ["Cook County Facilities", "118 N Clark St", "Chicago", "IL", "60602", "MUNICIPAL", 600_000],
  ["Ozark Hardware", "1800 S Caldwell Ave", "Springfield", "MO", "65804", "RESELLER", 50_000],
  ["Magic City Contractors", "3000 2nd Ave S", "Birmingham", "AL", "35233", "CONTRACTOR", 25_000],
  ["Motor City Conveyors", "6340 Lynch Rd", "Detroit", "MI", "48234", "INDUSTRIAL", 210_000],
  ["North Star Heating", "2500 NE Kennedy St", "Minneapolis", "MN", "55413", "CONTRACTOR", 95_000],
  ["Keystone Piping", "3300 Preble Ave", "Pittsburgh", "PA", "15233", "CONTRACTOR", 125_000],
  ["Garden State Fasteners", "50 Cragwood Rd", "South Plainfield", "NJ", "07080", "RESELLER", 140_000],
  ["Hudson Valley Boilers", "1 Industrial Dr", "Middletown", "NY", "10941", "CONTRACTOR", 70_000],
  ["Old Mill Restorations", "410 W Bay St", "Jacksonville", "FL", "32202", "CONTRACTOR", 20_000],
  ["Sooner Oilfield Supply", "1901 S Skyline Dr", "Oklahoma City", "OK", "73129", "INDUSTRIAL", 260_000],
  ["Rose City Electric", "2415 NW Front Ave", "Portland", "OR", "97209", "CONTRACTOR", 100_000],
  ["Treasure Valley Wells", "3500 S Cole Rd", "Boise", "ID", "83709", "CONTRACTOR", 65_000],
  ["Mile High Mechanical", "5075 E 50th Ave", "Denver", "CO", "80216", "CONTRACTOR", 175_000],
  ["Delta Farm & Ranch", "1400 Hwy 82 W", "Greenwood", "MS", "38930", "RESELLER", 40_000],
  ["Razorback Refrigeration", "6800 Scott Hamilton Dr", "Little Rock", "AR", "72209", "CONTRACTOR", 55_000],
  ["Sunflower Grain Systems", "2100 N Ohio St", "Wichita", "KS", "67219", "INDUSTRIAL", 115_000],
  ["Hawkeye Mechanical", "2900 Dixon St", "Des Moines", "IA", "50316", "CONTRACTOR", 80_000],
  ["Enchantment Solar", "4000 Edith Blvd NE", "Albuquerque", "NM", "87107", "CONTRACTOR", 60_000],
  ["Los Angeles Unified Maintenance", "1240 Naomi Ave", "Los Angeles", "CA", "90021", "MUNICIPAL", 450_000],
  ["Inland Empire Tool", "1150 S Milliken Ave", "Ontario", "CA", "91761", "RESELLER", 190_000],
  ["Alamo City Pump", "4702 Dividend", "San Antonio", "TX", "78219", "INDUSTRIAL", 145_000],
  ["Chattahoochee Builders", "5025 Buford Hwy", "Norcross", "GA", "30071", "CONTRACTOR", 105_000],
];

const terms = { CONTRACTOR: "NET30", INDUSTRIAL: "NET45", MUNICIPAL: "NET60", RESELLER: "NET30" } as const;

/** Accounts with something the matter, by number. */
// prettier-ignore
const particular: Readonly<Record<string, Partial<Customer>>> = {
  "C-1013": { status: "blocked", blockedReason: "Two invoices more than 90 days overdue." },
  "C-1021": { openBalance: "24890.00" },
  "C-1027": { status: "inactive", blockedReason: "Account closed at the customer's request." },
  "C-1020": { paymentTerms: "NET10" },
  "C-1032": { paymentTerms: "2/10 NET30" },
};

export function buildCustomers(chance: Chance, openedOn: string): readonly Customer[] {
  return rows.map((row, index) => buildCustomer(row, `C-${1001 + index}`, chance, openedOn));
}

function buildCustomer(row: Row, customerNumber: string, chance: Chance, openedOn: string): Customer {
  const [name, street1, city, region, postalCode, group, creditLimit] = row;
  const billTo: Address = { name: "Accounts Payable", company: name, street1, city, region, postalCode, country: "US" };
  const exempt = group === "MUNICIPAL" || (group === "RESELLER" && chance.happens(0.7));
  return {
    customerNumber,
    name,
    status: "active",
    customerGroup: group,
    currency: "USD",
    paymentTerms: terms[group],
    creditLimit: `${creditLimit}.00`,
    openBalance: `${Math.floor(creditLimit * (0.02 + chance.below(25) / 100))}.00`,
    homeBranch: branches.find(({ serves }) => serves.includes(region))?.branch ?? "ATL",
    billTo,
    shipTos: [
      { code: "MAIN", address: { ...billTo, name: "Receiving" } },
      {
        code: "SITE-1",
        address: { ...billTo, name: "Site office", street1: `${100 + chance.below(9000)} Commerce Pkwy` },
      },
    ],
    taxExemptions: exempt
      ? [
          {
            region,
            certificateNumber: `${region}-${group === "MUNICIPAL" ? "GOV" : "RES"}-${customerNumber.slice(2)}`,
            validFrom: daysAfter(openedOn, -400),
            validTo: daysAfter(openedOn, 700),
          },
        ]
      : [],
    updatedAt: `${daysAfter(openedOn, -1 - chance.below(200))}T08:00:00Z`,
    ...particular[customerNumber],
  };
}
