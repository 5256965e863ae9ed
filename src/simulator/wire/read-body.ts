import type { IncomingMessage } from "node:http";

const largestBytes = 64 * 1024 * 1024;

/** A request body as JSON, or what is wrong with it. Rejects when the client leaves half-way. */
export async function readJsonBody(
  message: IncomingMessage,
): Promise<{ body: unknown; complaint: string | undefined }> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes <= largestBytes) chunks.push(chunk);
  }
  if (bytes > largestBytes) {
    return { body: undefined, complaint: `The request body exceeds ${largestBytes} bytes.` };
  }
  try {
    return { body: JSON.parse(Buffer.concat(chunks).toString("utf8")), complaint: undefined };
  } catch {
    return { body: undefined, complaint: "The request body is not valid JSON." };
  }
}
