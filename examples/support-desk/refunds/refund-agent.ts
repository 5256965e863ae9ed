import { type Agent, type Approve, defineTool, type Grant, ToolFailure } from "llm-seam";
import { z } from "zod";
import type { Desk } from "../features.ts";
import type { Shop } from "./shop.ts";

/** The most that the agent may pay back at a time, and what it may pay without asking, in US dollars. */
const limits = { refund: 50, unasked: 20 };

/** Who is asking, as the shop knows it: not what a letter claims. */
interface Caller {
  readonly customer: string;
  readonly orders: ReturnType<Shop["ordersOf"]>;
}

function toolsOf(shop: Shop) {
  const lookUpOrder = defineTool({
    description: "Looks up an order by its number.",
    effect: "read",
    trusted: true, // The shop's own data: no stranger has written it.
    inputSchema: z.object({ orderId: z.string() }),
    execute: ({ orderId }) => {
      const order = shop.order(orderId);
      if (order === undefined) throw new ToolFailure(`There is no order ${orderId}.`);
      return { ...order, refunded: shop.refundedOf(orderId) };
    },
  });
  const refund = defineTool({
    description: "Pays money back for an order.",
    effect: "irreversible",
    inputSchema: z.object({ orderId: z.string(), amount: z.number().positive().describe("USD") }),
    execute: ({ orderId, amount }, { idempotencyKey }) => {
      shop.pay(orderId, amount, idempotencyKey);
      return { refunded: amount };
    },
  });
  return { lookUpOrder, refund };
}

/** What the agent may do for this customer, and for nobody else. Code holds it, whatever the model was talked into. */
function grantFor(caller: Caller): Grant<ReturnType<typeof toolsOf>, Caller> {
  const orderOf = (orderId: string) => caller.orders.find(({ id }) => id === orderId);
  return {
    tools: {
      lookUpOrder: {
        allow: ({ orderId }) => orderOf(orderId) !== undefined || "not this customer's order",
      },
      refund: {
        calls: 2,
        allow: ({ orderId, amount }, { earlier }) => {
          const order = orderOf(orderId);
          if (order === undefined) return "not this customer's order";
          if (amount > limits.refund) return `more than ${limits.refund} USD`;
          const before = earlier.filter((refund) => refund.orderId === orderId);
          const sum = before.reduce((total, refund) => total + refund.amount, order.refunded);
          return cents(sum + amount) <= cents(order.total) || "more than is left of the order";
        },
        approval: ({ amount }) => amount > limits.unasked && `more than ${limits.unasked} USD`,
        // The letter is untrusted from the start; what it could gain is bounded by the rules above.
        afterUntrusted: "allow",
      },
    },
    hosts: ["shop.example"],
  };
}

const cents = (usd: number): number => Math.round(usd * 100);

/** An agent for one customer. `approve` asks somebody about what is above the threshold. */
export function refundAgent(
  { seam, tags }: Desk,
  shop: Shop,
  customer: string,
  approve: Approve,
): Agent {
  return seam.agent("refund-request", {
    system:
      "You handle refund requests of a shop for kitchenware and lamps. Look the order up first.",
    tools: toolsOf(shop),
    grant: grantFor,
    context: { customer, orders: shop.ordersOf(customer) },
    approve,
    tags: { ...tags, user: customer },
  });
}
