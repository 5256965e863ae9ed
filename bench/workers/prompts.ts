let asked = 0;

/** A customer's message that was never asked before in this process, so that no cache can answer it. */
export function freshPrompt(): string {
  return (
    `Ticket ${++asked}: I ordered the long hedge shears eleven days ago and they were to come within three. ` +
    "The tracking page has said “sorting centre” since last Tuesday. I called twice; the first time nobody " +
    "knew anything, the second time I was told to wait. My hedge does not wait! Can you tell me where the " +
    "parcel is, when it will be here, and whether I get the delivery costs back? Order number GT-20417."
  );
}
