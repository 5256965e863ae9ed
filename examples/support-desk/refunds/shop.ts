/** An order of the shop; amounts in US dollars. */
export interface Order {
  readonly id: string;
  readonly customer: string;
  readonly item: string;
  readonly total: number;
}

/** What the shop knows of its orders and has paid back. It stands for a database and a payment provider. */
export class Shop {
  readonly #refunds = new Map<string, { readonly orderId: string; readonly amount: number }>();

  order(id: string): Order | undefined {
    return orders.find((order) => order.id === id);
  }

  /** The orders of one customer, with what has been paid back of each. */
  ordersOf(customer: string): (Order & { readonly refunded: number })[] {
    return orders
      .filter((order) => order.customer === customer)
      .map((order) => ({ ...order, refunded: this.refundedOf(order.id) }));
  }

  refundedOf(orderId: string): number {
    const amounts = [...this.#refunds.values()].filter((refund) => refund.orderId === orderId);
    return amounts.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Pays back, once for each key, however often it is asked: as payment providers do. */
  pay(orderId: string, amount: number, idempotencyKey: string): void {
    this.#refunds.set(idempotencyKey, { orderId, amount });
  }
}

const orders: readonly Order[] = [
  { id: "48213", customer: "Ada Lind", item: "Nordlys lamp", total: 39.5 },
  { id: "48377", customer: "Jutta Kern", item: "copper kettle", total: 89 },
  { id: "47992", customer: "P. Okafor", item: "espresso maker", total: 64 },
  { id: "48102", customer: "Marcus Boyle", item: "set of knives", total: 45 },
];
