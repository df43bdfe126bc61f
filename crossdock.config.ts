import { defineHub, type HubConfiguration } from "./src/configuration.ts";

const weekdays = { cutOff: "16:00", workingDays: ["mon", "tue", "wed", "thu", "fri"] } satisfies Partial<
  NonNullable<HubConfiguration["branches"][number]["calendar"]>
>;

/**
 * The hub as it comes: every system is a sandbox counterparty on this machine. To put a real one in its place, change `connector`, drop `sandbox: true`,
 * give its `url` and name its secrets: `settings: { apiKey: { env: "ERP_API_KEY" } }`.
 */
export default defineHub({
  hub: { host: "127.0.0.1", port: 8480, currency: "USD" },
  dataFolder: ".crossdock",
  sandbox: { timeScale: 2400, seed: 7, firstPort: 8490 },
  feeds: { everyMs: 2000 },

  systems: [
    { code: "erp", connector: "granite", sandbox: true },
    { code: "tax", connector: "meridian", sandbox: true },
    { code: "web-shop", connector: "corner-shop", sandbox: true },
    { code: "warehouse", connector: "dockside", sandbox: true },
    { code: "swift", connector: "swift", sandbox: true },
    { code: "anchor", connector: "anchor", sandbox: true },
    { code: "piedmont", connector: "piedmont", sandbox: true },
  ],

  channels: [
    { code: "web-shop", title: "Corner Shop (Shopify's order webhook)", storefront: "web-shop" },
    { code: "api", title: "The hub's own API" },
    { code: "files", title: "Order files", folder: "inbox" },
  ],

  branches: [
    {
      branch: "ATL",
      name: "Atlanta",
      warehouse: "warehouse",
      sourcingRank: 1,
      calendar: { ...weekdays, timeZone: "America/New_York" },
      address: {
        name: "Atlanta dock",
        company: "Crossdock Supply",
        street1: "1150 Marietta Blvd NW",
        city: "Atlanta",
        region: "GA",
        postalCode: "30318",
        country: "US",
        phone: "404-555-0101",
      },
    },
    {
      branch: "DFW",
      name: "Dallas",
      warehouse: "warehouse",
      sourcingRank: 2,
      calendar: { ...weekdays, timeZone: "America/Chicago" },
      address: {
        name: "Dallas dock",
        company: "Crossdock Supply",
        street1: "4200 Simonton Rd",
        city: "Dallas",
        region: "TX",
        postalCode: "75244",
        country: "US",
        phone: "214-555-0102",
      },
    },
    {
      branch: "ORD",
      name: "Chicago",
      warehouse: "warehouse",
      sourcingRank: 3,
      calendar: { ...weekdays, timeZone: "America/Chicago" },
      address: {
        name: "Chicago dock",
        company: "Crossdock Supply",
        street1: "2601 W 48th Pl",
        city: "Chicago",
        region: "IL",
        postalCode: "60632",
        country: "US",
        phone: "312-555-0103",
      },
    },
    {
      branch: "RNO",
      name: "Reno",
      warehouse: "warehouse",
      sourcingRank: 4,
      calendar: { ...weekdays, timeZone: "America/Los_Angeles" },
      address: {
        name: "Reno dock",
        company: "Crossdock Supply",
        street1: "500 Vista Blvd",
        city: "Sparks",
        region: "NV",
        postalCode: "89434",
        country: "US",
        phone: "775-555-0104",
      },
    },
  ],

  /** From which branch an order ships: the rules are asked one after the other (docs/guides/promising.md). */
  promising: {
    sourcing: [
      { rule: "only-from", items: { hazardous: true }, branches: ["ATL", "DFW", "ORD"] },
      { rule: "home-branch" },
      { rule: "one-branch", by: ["nearest", "rank"] },
      { rule: "fewest-branches", by: ["nearest", "rank"] },
    ],
    backorders: { order: ["first-come"] },
  },

  policies: {
    price: { tolerancePercent: "1", above: "accept", below: "hold" },
    shipping: { ltlFromWeightLb: "150", quoteDeadlineMs: 3000, transitDaysMax: 7 },
    tax: { estimatedRatePercent: "8.25" },
    freight: { billed: "as-quoted" },
    retention: { exchangesDays: 30 },
  },
});
