const usage = {
  input_tokens: 312,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: 64,
};

const envelope = { id: "msg_bench", type: "message", role: "assistant", model: "claude-haiku-4-5" };

const answer =
  "Your order has left our warehouse and is with the carrier. The delay comes from a sorting error on " +
  "Tuesday, which has been put right. It should reach you within two working days; if it does not, " +
  "answer this message and we send a replacement at once. No refund is due before then.";

/** The one whole reply that every peer gets. */
export const wholeReply: Buffer = Buffer.from(
  JSON.stringify({
    ...envelope,
    content: [{ type: "text", text: answer }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage,
  }),
);

/** The one streamed reply, frame by frame: an opening, `chunks` pieces of text, an ending. */
export function streamedReply(chunks: number): Buffer[] {
  const start = { ...envelope, content: [], stop_reason: null, stop_sequence: null, usage };
  const pieces = Array.from({ length: chunks }, () =>
    frame("content_block_delta", { index: 0, delta: { type: "text_delta", text: " carrier" } }),
  );
  const ending = { stop_reason: "end_turn", stop_sequence: null };
  return [
    frame("message_start", { message: start }),
    frame("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    ...pieces,
    frame("content_block_stop", { index: 0 }),
    frame("message_delta", { delta: ending, usage }),
    frame("message_stop", {}),
  ];
}

function frame(type: string, data: object): Buffer {
  return Buffer.from(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}
