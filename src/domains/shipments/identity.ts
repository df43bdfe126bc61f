/**
 * One fulfillment leaves in one shipment, and one shipment is billed by one invoice: they share the body of their id.
 * Whoever hears of the goods first (a warehouse's "shipped" before its "packed") can name the shipment without a look-up,
 * and doing a thing twice cannot make two of it.
 */
export const shipmentIdOf = (fulfillmentOrderId: string) => `shp_${bodyOf(fulfillmentOrderId)}`;
export const invoiceIdOf = (shipmentId: string) => `inv_${bodyOf(shipmentId)}`;

const bodyOf = (id: string) => id.slice(id.indexOf("_") + 1);
