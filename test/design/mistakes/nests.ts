import { Schema } from "effect"
import { Workflow } from "@stepwright/core"
import { lists, one, two } from "../parts.ts"

const Task = Schema.Struct({ id: Schema.String, size: Schema.Finite })

const Row = Schema.Struct({ n: Schema.Finite, cells: Schema.Array(Schema.String) })

// a workflow in a workflow in a forEach: the wire of the innermost step
export const workflows = [
  lists.pipe(
    Workflow.forEach(
      "each",
      Workflow.make("task", { input: Task }).pipe(
        Workflow.bind("one", one, "input.id"),
        Workflow.bind(
          "inner",
          Workflow.make("inner", {
            input: Schema.Struct({ task: Task, found: Schema.Struct({ b: Schema.Finite }) })
          }).pipe(
            // a: → "input.found.b" gives", number, "the step needs", string
            Workflow.bind("two", two, { a: "input.found.b" })
          ),
          { task: "input", found: "one" }
        )
      ),
      { items: "input.tasks", key: "id", input: "item" }
    )
  ),
  lists.pipe(
    Workflow.all((scope) => [
      scope.pipe(
        Workflow.forEach(
          "each",
          Workflow.make("task", { input: Task }).pipe(
            Workflow.bind("one", one, "input.id"),
            // "input.id.x" → no "input.id.x": there are no names in a plain value
            Workflow.bind("again", one, "input.id.x"),
            // "tow" → no "tow"; there are
            Workflow.bind("two", two, "tow")
          ),
          { items: "input.tasks", key: "id", input: "item" }
        )
      )
    ])
  ),
  // what a nested workflow needs
  lists.pipe(
    Workflow.bind(
      "nested",
      Workflow.make("nested", { input: Schema.Struct({ tasks: Schema.Array(Task), name: Schema.String }) }),
      // name: → "input.count" gives", number, "the step needs", string
      { tasks: "input.tasks", name: "input.count" }
    )
  ),
  lists.pipe(
    Workflow.all((scope) => [
      scope.pipe(
        Workflow.bind(
          "outer",
          Workflow.make("outer", { input: Schema.Struct({ n: Schema.Finite }) }).pipe(
            Workflow.bind(
              "inner",
              Workflow.make("inner", { input: Schema.Struct({ k: Schema.String }) }).pipe(
                // a: → Type 'number' is not assignable to type 'string'
                Workflow.bind("two", two, ({ input }) => ({ a: input.k.length }))
              ),
              // k: → "input.n" gives", number, "the step needs", string
              { k: "input.n" }
            )
          ),
          { n: "input.count" }
        )
      )
    ])
  ),
  Workflow.make("table", { input: Schema.Struct({ rows: Schema.Array(Row) }) }).pipe(
    Workflow.forEach(
      "row",
      Workflow.make("row", { input: Row }).pipe(
        // items: → no "input.cels"; there are
        Workflow.forEach("cell", one, { items: "input.cels", key: String, input: "item" })
      ),
      // key: → "n" gives", number, "key must be", string
      { items: "input.rows", key: "n", input: "item" }
    )
  ),
  // input: → "item" gives", {
  lists.pipe(Workflow.forEach("each", one, { items: "input.tasks", key: "id", input: "item" })),
  // "input.tasks.id" → no "input.tasks.id": a wire does not lead into a list; use a function
  lists.pipe(Workflow.bind("one", one, "input.tasks.id"))
]
