import { Type } from "typebox";
import { cornerShop } from "../commerce/sandbox/index.ts";
import { startCounterpart } from "./sandbox-counterpart.ts";
import { storefrontConformance } from "./storefront.ts";

storefrontConformance({
  connector: cornerShop,
  wrongSettings: { token: "somebody-else" },
  start: async () => {
    const counterpart = await startCounterpart("corner-shop");
    return {
      ...counterpart,
      placeOrder: async () => (await counterpart.control("place-order", {}, Type.Object({ name: Type.String() }))).name,
    };
  },
});
