import { parseArgs } from "node:util"

export const {
  positionals,
  values: { "without-rivals": withoutRivals }
} = parseArgs({
  allowPositionals: true,
  options: { "without-rivals": { type: "boolean", default: false } }
})
