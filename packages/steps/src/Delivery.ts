import { Written } from "@stepwright/core/Workspace"
import * as Schema from "effect/Schema"

/** What became of each file. */
export const Delivery = Schema.Struct({ files: Schema.Array(Written) })
export type Delivery = typeof Delivery.Type
