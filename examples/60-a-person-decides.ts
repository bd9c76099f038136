// A mail is answered on one of two ways, the answer is bettered in rounds, and nothing is sent before a person says so: the
// run is suspended at the gate, and its state goes on in whichever process has the decision.
import assert from "node:assert/strict"
import { Console, Effect, Schema } from "effect"
import { Engine, PromptTemplate, Step, Workflow, WorkflowState } from "@stepwright/core"
import { MockLlm } from "@stepwright/llm"

const Mail = Schema.Struct({ from: Schema.String, text: Schema.String })
const Answer = Schema.Struct({ to: Schema.String, text: Schema.String })

const sort = Step.make("sort", {
  input: Mail,
  output: Schema.Literals(["complaint", "question"]),
  prompt: PromptTemplate.make("Is this mail a complaint or a question?\n{{text}}"),
  variables: ({ text }) => ({ text })
})

const write = (name: string, task: string) =>
  Step.make(name, {
    input: Mail,
    output: Schema.String,
    prompt: PromptTemplate.make("{{task}}:\n{{text}}"),
    variables: ({ text }) => ({ task, text })
  })

const better = Step.make("better", {
  input: Schema.String,
  output: Schema.Struct({ text: Schema.String, isGood: Schema.Boolean }),
  prompt: PromptTemplate.make("Make this answer shorter and kinder, and say whether it is good then:\n{{text}}"),
  variables: (text) => ({ text })
})

const outbox: Array<typeof Answer.Type> = []
const send = Step.effect("send", {
  input: Answer,
  output: Schema.Literal("sent"),
  run: (answer) =>
    Effect.as(
      Effect.sync(() => outbox.push(answer)),
      "sent" as const
    )
})
const drop = Step.effect("drop", {
  input: Answer,
  output: Schema.Literal("dropped"),
  run: () => Effect.succeed("dropped" as const)
})

export const answering = Workflow.make("answering", { input: Mail }).pipe(
  Workflow.bind("kind", sort, "input"),
  Workflow.branch("draft", {
    on: "kind",
    cases: { complaint: write("apologize", "Apologize for this"), question: write("explain", "Answer this") },
    input: "input"
  }),
  Workflow.iterate("refined", better, { input: "draft", next: "last.text", until: "last.isGood", atMost: 5 }),
  Workflow.gate("approval", {
    question: Answer,
    input: { to: "input.from", text: "refined.text" },
    decision: Schema.Literals(["yes", "no"])
  }),
  Workflow.branch("end", {
    on: "approval",
    cases: { yes: send, no: drop },
    input: { to: "input.from", text: "refined.text" }
  })
)

const model = MockLlm.layer([
  { step: "sort", reply: "complaint" },
  { step: "apologize", reply: "We regret that your parcel is late, and will look into it." },
  {
    step: "better",
    reply: [
      { text: "Sorry that your parcel is late. We look into it.", isGood: false },
      { text: "Sorry! Your parcel comes tomorrow.", isGood: true }
    ]
  }
])

const begun = Effect.gen(function* () {
  const mail = { from: "ada@example.org", text: "Where is my parcel?" }
  const { state, undecided } = yield* Engine.run(answering, yield* Engine.initialize(answering, mail))
  assert.deepEqual([state.status, undecided, outbox], ["SUSPENDED", ["approval"], []])

  const plan = yield* Engine.plan(answering, state)
  for (const { action, path } of plan) yield* Console.log(`${path}: ${action}`)
  const question = plan.find(({ action }) => action === "decide")?.question
  assert.deepEqual(question, { to: "ada@example.org", text: "Sorry! Your parcel comes tomorrow." })
  return WorkflowState.toJson(state)
})

const ended = Effect.fnUntraced(function* (json: string) {
  const decided = yield* Engine.decide(answering, yield* WorkflowState.fromJson(json), "approval", "yes")
  const { ending, ran, state } = yield* Engine.run(answering, decided)
  assert.ok(ending._tag === "Completed")
  assert.deepEqual([ending.output.end, ran, outbox.length], ["sent", ["end/yes"], 1])
  yield* Console.log(Workflow.toMermaid(answering, state))
})

await Effect.runPromise(Effect.flatMap(begun, ended).pipe(Effect.provide(model)))
