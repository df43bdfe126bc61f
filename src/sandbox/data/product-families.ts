/** One size of a family: how it is written in the item number and in words, and how much of the family's weight and price it has. */
export interface Size {
  readonly code: string;
  readonly label: string;
  readonly scale: number;
}

/** A row of the catalogue: everything that its sizes have in common. Weight in pounds and price in dollars, at scale 1, of one base unit. */
export interface ProductFamily {
  readonly prefix: string;
  readonly name: string;
  readonly sizes: readonly Size[];
  readonly unit: "EA" | "FT";
  /** How many base units each larger unit holds. */
  readonly packs: Readonly<Record<string, number>>;
  readonly weightLb: number;
  readonly price: number;
  readonly freightClass: string;
  readonly hazardous?: boolean;
  readonly taxCode?: string;
  readonly orderMultiple?: number;
}

const sizes = (...rows: readonly (readonly [code: string, label: string, scale: number])[]): Size[] =>
  rows.map(([code, label, scale]) => ({ code, label, scale }));

const half = sizes(
  ["050", '1/2"', 1], ["075", '3/4"', 1.3], ["100", '1"', 1.9], ["125", '1-1/4"', 2.6],
  ["150", '1-1/2"', 3.2], ["200", '2"', 4.8], ["300", '3"', 9.5], ["400", '4"', 15],
); // prettier-ignore
const small = half.slice(0, 6);
const large = sizes(["200", '2"', 1], ["300", '3"', 1.6], ["400", '4"', 2.2], ["600", '6"', 4], ["800", '8"', 6.5]);
const bolts = ["025", "031", "038", "050", "063", "075"].flatMap((diameter, thick) =>
  ["100", "150", "200", "300", "400"].map((length, long) => ({
    code: `${diameter}-${length}`,
    label: `${["1/4", "5/16", "3/8", "1/2", "5/8", "3/4"][thick] ?? ""}" x ${["1", "1-1/2", "2", "3", "4"][long] ?? ""}"`,
    scale: (1 + thick) * (1 + long * 0.6),
  })),
);
const diameters = sizes(
  ["025", '1/4"', 1],
  ["031", '5/16"', 1.4],
  ["038", '3/8"', 2],
  ["050", '1/2"', 3.5],
  ["063", '5/8"', 5.5],
  ["075", '3/4"', 8],
);
const nipples = small.slice(0, 5).flatMap((size) =>
  ["2", "3", "4", "6", "12"].map((inches) => ({
    code: `${size.code}-${inches.padStart(2, "0")}`,
    label: `${size.label} x ${inches}"`,
    scale: size.scale * (0.6 + Number(inches) * 0.2),
  })),
);
const gauges = sizes(
  ["14", "14 AWG", 1],
  ["12", "12 AWG", 1.5],
  ["10", "10 AWG", 2.3],
  ["8", "8 AWG", 4],
  ["6", "6 AWG", 6.3],
);
const wires = gauges.flatMap((gauge) =>
  [
    ["BK", "black"],
    ["WH", "white"],
    ["RD", "red"],
    ["GN", "green"],
  ].map(([code = "", color = ""]) => ({
    code: `${gauge.code}-${code}`,
    label: `${gauge.label} ${color}`,
    scale: gauge.scale,
  })),
);
const kinds = (...labels: readonly (readonly [code: string, label: string, scale: number])[]): Size[] =>
  sizes(...labels);

const fitting = { unit: "EA", packs: { BX: 25, CS: 100 }, freightClass: "70" } as const;
const valve = { unit: "EA", packs: { BX: 6, CS: 24 }, freightClass: "60" } as const;
const fastener = { unit: "EA", packs: { BX: 50, CS: 500 }, freightClass: "50", orderMultiple: 10 } as const;
const electrical = { unit: "EA", packs: { BX: 25, CS: 100 }, freightClass: "65" } as const;
const chemical = { unit: "EA", packs: { CS: 12 }, freightClass: "77.5", hazardous: true } as const;
const single = { unit: "EA", packs: { CS: 6 }, freightClass: "85" } as const;
const palletized = { unit: "EA", packs: { PL: 8 }, freightClass: "92.5" } as const;

/** What a distributor of plumbing, fastening, electrical goods and tools has on its shelves. */
// prettier-ignore
export const productFamilies: readonly ProductFamily[] = [
  { prefix: "PVC-PIPE", name: "PVC pipe, schedule 40, white", sizes: half, unit: "FT", packs: { EA: 10, BD: 200 }, weightLb: 0.17, price: 0.48, freightClass: "60" },
  { prefix: "PVC-90", name: "PVC elbow 90, schedule 40, slip", sizes: half, ...fitting, weightLb: 0.06, price: 0.42 },
  { prefix: "PVC-45", name: "PVC elbow 45, schedule 40, slip", sizes: half, ...fitting, weightLb: 0.05, price: 0.55 },
  { prefix: "PVC-TEE", name: "PVC tee, schedule 40, slip", sizes: half, ...fitting, weightLb: 0.08, price: 0.61 },
  { prefix: "PVC-CPL", name: "PVC coupling, schedule 40, slip", sizes: half, ...fitting, weightLb: 0.04, price: 0.33 },
  { prefix: "PVC-CAP", name: "PVC cap, schedule 40, slip", sizes: half, ...fitting, weightLb: 0.03, price: 0.36 },
  { prefix: "CPR-PIPE", name: "Copper tube, type L, hard drawn", sizes: small, unit: "FT", packs: { EA: 20, BD: 200 }, weightLb: 0.29, price: 2.85, freightClass: "60" },
  { prefix: "CPR-90", name: "Copper elbow 90, solder", sizes: small, ...fitting, weightLb: 0.08, price: 1.12 },
  { prefix: "CPR-TEE", name: "Copper tee, solder", sizes: small, ...fitting, weightLb: 0.11, price: 1.94 },
  { prefix: "CPR-CPL", name: "Copper coupling with stop, solder", sizes: small, ...fitting, weightLb: 0.05, price: 0.71 },
  { prefix: "PEX-TUBE", name: "PEX-A tubing, red", sizes: small.slice(0, 3), unit: "FT", packs: { RL: 300 }, weightLb: 0.06, price: 0.62, freightClass: "100", orderMultiple: 100 },
  { prefix: "GLV-90", name: "Galvanized malleable elbow 90, threaded", sizes: half, ...fitting, weightLb: 0.24, price: 1.35 },
  { prefix: "GLV-TEE", name: "Galvanized malleable tee, threaded", sizes: half, ...fitting, weightLb: 0.35, price: 1.85 },
  { prefix: "GLV-UN", name: "Galvanized malleable union, threaded", sizes: half, ...fitting, weightLb: 0.42, price: 4.1 },
  { prefix: "BLK-NIP", name: "Black steel nipple, schedule 40", sizes: nipples, unit: "EA", packs: { BX: 25 }, weightLb: 0.22, price: 0.95, freightClass: "50" },
  { prefix: "VLV-BALL", name: "Ball valve, brass, full port, 600 WOG", sizes: half, ...valve, weightLb: 0.55, price: 9.85 },
  { prefix: "VLV-GATE", name: "Gate valve, bronze, threaded", sizes: half, ...valve, weightLb: 0.9, price: 17.4 },
  { prefix: "VLV-CHK", name: "Swing check valve, brass", sizes: small, ...valve, weightLb: 0.62, price: 12.9 },
  { prefix: "VLV-BFLY", name: "Butterfly valve, ductile iron, lug", sizes: large, ...palletized, weightLb: 9, price: 118 },
  { prefix: "FLG-SO", name: "Flange, slip-on, class 150, forged", sizes: large, ...palletized, weightLb: 5.2, price: 24.5 },
  { prefix: "HCS", name: "Hex cap screw, grade 5, zinc", sizes: bolts, ...fastener, weightLb: 0.02, price: 0.09 },
  { prefix: "HCS-SS", name: "Hex cap screw, 18-8 stainless", sizes: bolts, ...fastener, weightLb: 0.02, price: 0.34 },
  { prefix: "NUT-HX", name: "Hex nut, grade 5, zinc", sizes: diameters, ...fastener, weightLb: 0.01, price: 0.04 },
  { prefix: "WSH-FL", name: "Flat washer, USS, zinc", sizes: diameters, ...fastener, weightLb: 0.01, price: 0.03 },
  { prefix: "WSH-LK", name: "Split lock washer, zinc", sizes: diameters, ...fastener, weightLb: 0.005, price: 0.03 },
  { prefix: "ROD-THR", name: "Threaded rod, 10 ft, zinc", sizes: diameters, unit: "EA", packs: { BD: 25 }, weightLb: 1.1, price: 3.2, freightClass: "50" },
  { prefix: "ANC-WDG", name: "Wedge anchor, zinc", sizes: bolts.slice(10, 25), ...fastener, weightLb: 0.04, price: 0.31 },
  { prefix: "STR-CH", name: "Strut channel, 1-5/8 in, slotted, pre-galvanized", sizes: kinds(["10", "10 ft", 1], ["20", "20 ft", 2]), unit: "EA", packs: { BD: 50 }, weightLb: 17, price: 24.9, freightClass: "60" },
  { prefix: "THHN", name: "Building wire THHN, copper, stranded", sizes: wires, unit: "FT", packs: { RL: 500 }, weightLb: 0.016, price: 0.14, freightClass: "65", orderMultiple: 100 },
  { prefix: "NMB", name: "Cable NM-B with ground", sizes: kinds(["14-2", "14/2", 1], ["12-2", "12/2", 1.5], ["12-3", "12/3", 2.1], ["10-2", "10/2", 2.5], ["10-3", "10/3", 3.4]), unit: "FT", packs: { RL: 250 }, weightLb: 0.057, price: 0.46, freightClass: "65", orderMultiple: 50 },
  { prefix: "MC", name: "Metal-clad cable, aluminum armor", sizes: kinds(["12-2", "12/2", 1], ["12-3", "12/3", 1.4], ["10-2", "10/2", 1.7], ["10-3", "10/3", 2.2]), unit: "FT", packs: { RL: 250 }, weightLb: 0.11, price: 0.88, freightClass: "65", orderMultiple: 50 },
  { prefix: "EMT", name: "EMT conduit, 10 ft", sizes: small, unit: "EA", packs: { BD: 10 }, weightLb: 3, price: 6.2, freightClass: "60" },
  { prefix: "EMT-CON", name: "EMT set-screw connector, steel", sizes: small, ...electrical, weightLb: 0.09, price: 0.58 },
  { prefix: "EMT-CPL", name: "EMT set-screw coupling, steel", sizes: small, ...electrical, weightLb: 0.1, price: 0.64 },
  { prefix: "BRK", name: "Circuit breaker, plug-on", sizes: kinds(["115", "1-pole 15 A", 1], ["120", "1-pole 20 A", 1], ["215", "2-pole 15 A", 2.2], ["220", "2-pole 20 A", 2.2], ["230", "2-pole 30 A", 2.3], ["250", "2-pole 50 A", 2.5]), ...electrical, weightLb: 0.3, price: 7.9 },
  { prefix: "BOX", name: "Steel outlet box, 4 in square", sizes: kinds(["15", "1-1/2 in deep", 1], ["21", "2-1/8 in deep", 1.3], ["EXT", "extension ring", 0.9], ["CVR", "blank cover", 0.4]), ...electrical, weightLb: 0.7, price: 2.1 },
  { prefix: "RCP", name: "Duplex receptacle", sizes: kinds(["15W", "15 A white", 1], ["20W", "20 A white", 1.8], ["15I", "15 A ivory", 1], ["GFI", "GFCI 20 A", 9]), ...electrical, weightLb: 0.15, price: 2.3 },
  { prefix: "TL-HND", name: "Hand tool", sizes: kinds(["PW10", "pipe wrench 10 in", 1], ["PW14", "pipe wrench 14 in", 1.4], ["PW24", "pipe wrench 24 in", 2.8], ["CH16", "claw hammer 16 oz", 0.7], ["TS25", "tape measure 25 ft", 0.6], ["LV24", "level 24 in", 1.2], ["TC2", "tubing cutter", 0.9], ["HX13", "hex key set, 13 pieces", 0.5], ["SD6", "screwdriver set, 6 pieces", 0.9], ["LP9", "lineman's pliers 9 in", 1.1]), ...single, weightLb: 2.1, price: 24 },
  { prefix: "TL-PWR", name: "Cordless tool with lithium battery", sizes: kinds(["DD18", "drill driver 18 V", 1], ["ID18", "impact driver 18 V", 1.1], ["RS18", "reciprocating saw 18 V", 1.4], ["AG18", "angle grinder 18 V", 1.2], ["BP2", "battery pack 5 Ah, 2", 0.9]), unit: "EA", packs: { CS: 4 }, freightClass: "85", hazardous: true, weightLb: 4.4, price: 159 },
  { prefix: "BLD", name: "Saw blade", sizes: kinds(["RCP6", "reciprocating 6 in, 5 pieces", 1], ["RCP9", "reciprocating 9 in, 5 pieces", 1.3], ["CIR7", "circular 7-1/4 in", 1.1], ["HCK", "hacksaw 12 in, 10 pieces", 0.8]), ...single, weightLb: 0.4, price: 14.5 },
  { prefix: "CHM", name: "Chemical", sizes: kinds(["CEM16", "PVC cement 16 oz", 1], ["PRM16", "PVC primer 16 oz", 0.95], ["CEM32", "PVC cement 32 oz", 1.8], ["CUT1", "thread cutting oil 1 gal", 2.6], ["PRO14", "propane cylinder 14 oz", 0.6], ["MAP14", "MAP-Pro cylinder 14 oz", 1.3], ["WD40", "penetrating oil 11 oz", 0.8]), ...chemical, weightLb: 1.4, price: 10.9 },
  { prefix: "SLD", name: "Solder and flux", sizes: kinds(["LF1", "lead-free solder 1 lb", 3], ["FLX8", "paste flux 8 oz", 1]), unit: "EA", packs: { CS: 12 }, freightClass: "60", weightLb: 0.9, price: 9.4 },
  { prefix: "TPE", name: "Tape", sizes: kinds(["PTFE", "PTFE thread seal 1/2 in", 0.5], ["ELBK", "electrical, black, 3/4 in", 1], ["DUCT", "duct, 2 in", 3], ["FOIL", "foil, 2-1/2 in", 6]), unit: "EA", packs: { BX: 10, CS: 100 }, freightClass: "70", weightLb: 0.2, price: 1.9 },
  { prefix: "SFT", name: "Safety", sizes: kinds(["GLV-M", "work gloves, medium", 1], ["GLV-L", "work gloves, large", 1], ["GLS", "safety glasses, clear", 0.5], ["HAT", "hard hat, white", 2.2], ["VST", "hi-vis vest", 1.4], ["EAR", "ear plugs, 200 pairs", 3.1], ["N95", "N95 respirator, 20", 3.6]), ...single, taxCode: "EXEMPT-SAFETY", weightLb: 0.6, price: 6.2 },
  { prefix: "WH-GAS", name: "Water heater, natural gas", sizes: kinds(["40", "40 gal", 1], ["50", "50 gal", 1.25], ["75", "75 gal", 2.1]), unit: "EA", packs: { PL: 4 }, freightClass: "92.5", weightLb: 126, price: 689 },
  { prefix: "WH-EL", name: "Water heater, electric", sizes: kinds(["40", "40 gal", 1], ["50", "50 gal", 1.2], ["80", "80 gal", 2]), unit: "EA", packs: { PL: 4 }, freightClass: "92.5", weightLb: 104, price: 545 },
  { prefix: "PMP", name: "Pump", sizes: kinds(["SMP3", "sump 1/3 hp", 1], ["SMP5", "sump 1/2 hp", 1.3], ["CIR1", "circulator 1/25 hp", 0.9], ["EFF4", "effluent 4/10 hp", 1.6]), unit: "EA", packs: { PL: 24 }, freightClass: "85", weightLb: 16, price: 148 },
  { prefix: "INS", name: "Pipe insulation, 6 ft", sizes: small, unit: "EA", packs: { CS: 40 }, freightClass: "250", weightLb: 0.25, price: 2.2 },
  { prefix: "HGR", name: "Clevis hanger, galvanized", sizes: half, unit: "EA", packs: { BX: 25 }, freightClass: "55", weightLb: 0.3, price: 1.45 },
  { prefix: "CLP", name: "Two-hole pipe strap, galvanized", sizes: small, unit: "EA", packs: { BX: 100 }, freightClass: "55", weightLb: 0.04, price: 0.21 },
  { prefix: "HSE", name: "Stainless hose clamp", sizes: diameters, unit: "EA", packs: { BX: 10, CS: 100 }, freightClass: "65", weightLb: 0.06, price: 0.98 },
];
