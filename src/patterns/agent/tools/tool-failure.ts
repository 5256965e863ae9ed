/**
 * An error whose message the model may read: what a tool throws to tell the model what to do otherwise. Of every other
 * error the model learns only that the tool failed.
 *
 * @example throw new ToolFailure(`There is no order ${orderId}: ask the customer for its number.`);
 */
export class ToolFailure extends Error {
  override readonly name = "ToolFailure";
}
