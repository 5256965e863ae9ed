const marks = ["\ndata: [DONE]", "\ndata:[DONE]"].map((text) => Buffer.from(text));
const longestMark = 16;

/** How long a server may take to close its stream after its last word, before we do. */
const closingLimitMs = 1_000;

/**
 * OpenAI's streams say `data: [DONE]` last. The answer is whole then, whatever becomes of the connection: a server that
 * leaves it open, or resets it, takes nothing away. JSON has no raw line breaks, so no answer can contain the mark.
 */
export function endAtDone(response: Response): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  let tail = Buffer.from("\n");
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) {
        controller.close();
        return;
      }
      controller.enqueue(value);
      const seen = Buffer.concat([tail, value]);
      tail = seen.subarray(-longestMark);
      if (!marks.some((mark) => seen.includes(mark))) return;
      controller.enqueue(Buffer.from("\n\n"));
      controller.close();
      void drain(reader);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

/** Reads what may follow, so that the connection can be used again. */
async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const close = (): void => void reader.cancel().catch(() => {});
  const timer = setTimeout(close, closingLimitMs);
  try {
    while (!(await reader.read()).done);
  } catch {
    // The answer is whole; how its connection ends is nobody's loss.
  } finally {
    clearTimeout(timer);
  }
}
