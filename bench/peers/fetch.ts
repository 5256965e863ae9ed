import { type OpenPeer, request } from "./peer.ts";

interface Message {
  readonly content: readonly { readonly type: string; readonly text: string }[];
}

interface Delta {
  readonly type: string;
  readonly delta?: { readonly text?: string };
}

/** The platform's fetch and nothing else: no retry, no limit, no checks. The floor of what a call can cost. */
export const openFetch: OpenPeer = (url) => {
  const ask = (prompt: string, stream: boolean): Promise<Response> =>
    fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-api-key": request.apiKey,
        "anthropic-version": "2023-06-01",
      },
      body: JSON.stringify({
        model: request.model,
        max_tokens: request.maxTokens,
        system: request.system,
        messages: [{ role: "user", content: prompt }],
        stream,
      }),
    });

  return {
    async complete(prompt) {
      const message = (await (await ask(prompt, false)).json()) as Message;
      return message.content[0]?.text ?? "";
    },
    async stream(prompt) {
      const response = await ask(prompt, true);
      const decoder = new TextDecoder();
      let rest = "";
      let pieces = 0;
      for await (const bytes of response.body ?? []) {
        const frames = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split("\n\n");
        rest = frames.pop() ?? "";
        for (const frame of frames) {
          const data = JSON.parse(frame.slice(frame.indexOf("\ndata: ") + 7)) as Delta;
          if (data.type === "content_block_delta" && data.delta?.text !== undefined) pieces++;
        }
      }
      return pieces;
    },
  };
};
