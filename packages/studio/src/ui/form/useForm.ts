import { useMemo, useState } from "preact/hooks"
import { type Form, make } from "../../model/form/fields.ts"
import type { JsonSchema } from "../../model/form/schema.ts"
import { initial, type State } from "../../model/form/values.ts"
import type { Json } from "../../model/json.ts"
import * as formDrafts from "../../run/formDrafts.ts"

/**
 * A form for a value, with what was typed into it before. `name`: what is decided or started with it; `question`: what it
 * answers.
 */
export const useForm = (
  name: string,
  schema: JsonSchema,
  label: string,
  question?: Json
): { readonly form: Form; readonly state: State; readonly change: (state: State) => void } => {
  const of = useMemo(() => JSON.stringify(schema), [schema])
  const form = useMemo(() => make(schema, label), [of, label])
  const [state, setState] = useState(() => formDrafts.get(name, of) ?? initial(form.root))
  const change = (next: State) => {
    formDrafts.keep(name, of, next, question)
    setState(next)
  }
  return { form, state, change }
}
