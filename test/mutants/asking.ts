import { core, type Mutant } from "./mutant.ts"

/** A conversation with a model, and what is kept of it. */
export const asking: ReadonlyArray<Mutant> = [
  {
    name: "a reply is not journalled",
    file: "internal/ask/call.ts",
    change: [["      if (recalled === undefined) yield* replied(request, reply)\n", ""]],
    killedBy: core("Engine.faults")
  },
  {
    name: "an interruption takes a reply away before it is recorded",
    file: "internal/run/perform.ts",
    change: [
      [
        "Effect.uninterruptibleMask((restore) =>\n",
        "Effect.suspend(() => { const restore = <A, E, R>(effect: Effect.Effect<A, E, R>) => effect\n return (\n"
      ],
      ["        return recorded.output\n      })\n    ),", "        return recorded.output\n      })\n    )}),"]
    ],
    killedBy: core("Engine.records")
  },
  {
    name: "a kept reply is good enough after replies that were of no use",
    file: "internal/run/perform.ts",
    change: [['isNew || record?.error?.tag === "StepOutputError"', "isNew"]],
    killedBy: core("Engine")
  },
  {
    name: "a step asks for repair once less than it may",
    file: "internal/ask/call.ts",
    change: [["repairs <= repair;", "repairs < Math.max(repair, 1);"]],
    killedBy: core("Step")
  },
  {
    name: "a step asks for repair once more than it may",
    file: "internal/ask/call.ts",
    change: [["repairs <= repair;", "repairs <= repair + 1;"]],
    killedBy: core("Step")
  },
  {
    name: "a reply that was cut off is repaired",
    file: "internal/ask/call.ts",
    change: [['      if (reply.finishReason === "length") break\n', ""]],
    killedBy: core("Step")
  },
  {
    name: "what a content filter left of a reply is taken",
    file: "internal/ask/call.ts",
    change: [['      if (reply.finishReason === "content-filter") return yield* refused(reply)\n', ""]],
    killedBy: core("Engine.records")
  },
  {
    name: "a second model is shown the failures of the first",
    file: "internal/ask/call.ts",
    change: [
      [
        "  for (const model of models) {\n    let messages = opening\n",
        "  let messages = opening\n  for (const model of models) {\n"
      ]
    ],
    killedBy: core("Step")
  },
  {
    name: "a first run sees what one that goes on does not",
    file: "internal/run/record.ts",
    change: [["output: recorded.success", "output: value"]],
    killedBy: core("Engine.faults")
  },
  {
    name: "a new result is made of replies that were there",
    file: "internal/state/fold.ts",
    change: [
      ["({ error: _error, replied: _replied, ...record }: StepRecord)", "({ error: _error, ...record }: StepRecord)"]
    ],
    killedBy: core("Engine.replies")
  },
  {
    name: "a reply that is on disk is paid for again",
    file: "internal/ask/call.ts",
    change: [
      ["const recalled = yield* recall(request)", "const recalled = yield* Effect.as(recall(request), undefined)"]
    ],
    killedBy: core("Engine.replies")
  },
  {
    name: "a reply on disk answers what was asked with other settings",
    file: "internal/run/record.ts",
    change: [
      ["kept.prompt === prompt && kept.asked?.settings === settings", `kept.prompt === prompt && settings !== ""`]
    ],
    killedBy: core("Engine.replies")
  },
  {
    name: "a reply on disk answers another prompt",
    file: "internal/run/record.ts",
    change: [
      [
        "kept.prompt === prompt && kept.asked?.settings === settings",
        `prompt !== "" && kept.asked?.settings === settings`
      ]
    ],
    killedBy: core("Engine.replies")
  },
  {
    name: "a reply that was altered on disk is taken",
    file: "internal/run/record.ts",
    change: [["if (hash(text) !== kept.reply) {", `if (text !== "" && kept.reply === "") {`]],
    killedBy: core("Engine.replies")
  },
  {
    name: "replies count after the result that they led to",
    file: "internal/state/fold.ts",
    change: [["!(isOfPrompt(fingerprint, openingOf(reply)) &&", "!(isOfPrompt(fingerprint, ``) &&"]],
    killedBy: core("Engine.replies")
  }
]
