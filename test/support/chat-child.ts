import { createSeam } from "../../src/index.ts";
import { simulatedModel } from "../../src/simulator/index.ts";

/** A process of its own that talks: `chat-child.ts FILE ID TURNS NAME`; it prints each turn's number when it is kept. */
const [file = "", id = "", turns = "0", name = ""] = process.argv.slice(2);

const model = simulatedModel({
  script: { replies: [{ reply: ({ prompt }) => `Heard: ${prompt.split("\n").at(-1)}` }] },
});
const conversation = { window: 2_000, summaryTokens: 300, summarize: "background" } as const;
const seam = createSeam({
  tasks: { chat: { model, conversation }, summarize: { model } },
  store: file,
});
const chat = seam.conversation(id, { task: "chat" });

for (let number = 0; number < Number(turns); number++) {
  const said = `${name} says ${number}`;
  const { turn } = number % 2 === 0 ? await chat.send(said) : await chat.stream(said).result;
  process.stdout.write(`${turn}\n`);
}
process.stdout.write("done\n");
await seam.close();
