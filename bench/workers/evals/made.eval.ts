import { defineEval } from "llm-seam/evals";
import { madeCases, sorted, tellPeakAtExit } from "./made-cases.ts";

tellPeakAtExit();

export const made = defineEval({
  name: "made",
  data: () => madeCases(),
  run: sorted,
  scorers: [
    {
      name: "category",
      score: ({ output, expected }) => output.category === expected?.category,
    },
    { name: "kept", score: ({ output, input }) => output.text.length / input.text.length },
  ],
  slices: ["language"],
  cluster: "customer",
});
