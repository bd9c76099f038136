import { Workflow } from "@stepwright/core"
import { lists, two } from "../parts.ts"

const input = { a: "item.id" } as const

export const workflows = [
  // items: → "input.count" gives", number, "items must be", readonly unknown[]
  lists.pipe(Workflow.forEach("two", two, { items: "input.count", key: "id", input })),
  // items: → no "input.tsaks"; there are input.
  lists.pipe(Workflow.forEach("two", two, { items: "input.tsaks", key: "id", input })),
  // input.count, → Type 'number' is not assignable to type 'readonly unknown[]'
  lists.pipe(Workflow.forEach("two", two, { items: ({ input }) => input.count, key: "id", input })),
  // { items → Property 'key' is missing in type
  lists.pipe(Workflow.forEach("two", two, { items: "input.tasks", input })),
  // key: → "size" gives", number, "key must be", string
  lists.pipe(Workflow.forEach("two", two, { items: "input.tasks", key: "size", input })),
  // size, → Type 'number' is not assignable to type 'string'
  lists.pipe(Workflow.forEach("two", two, { items: "input.tasks", key: ({ size }) => size, input })),
  // key: → "title" gives", string | undefined, "key must be", string
  lists.pipe(Workflow.forEach("two", two, { items: ({ input }) => input.tasks, key: "title", input })),
  // a: → no "itm"; there are input, item
  lists.pipe(Workflow.forEach("two", two, { items: "input.tasks", key: "id", input: { a: "itm.id" } })),
  lists.pipe(
    Workflow.forEachDependency("two", two, {
      items: "input.tasks",
      key: "id",
      // dependsOn: → "id" gives", string, "dependsOn must be", readonly string[]
      dependsOn: "id",
      input
    })
  ),
  lists.pipe(
    Workflow.forEachDependency("two", two, {
      items: ({ input }) => input.tasks,
      key: ({ id }) => id,
      dependsOn: ({ needs }) => needs,
      // a: → Type 'readonly string[]' is not assignable to type 'string'
      input: ({ item }) => ({ a: item.needs })
    })
  )
]
