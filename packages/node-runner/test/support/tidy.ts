import { afterAll } from "@effect/vitest"
import { removeAll } from "./folder.ts"

// set up for each file of tests, which may share what they load
afterAll(removeAll)
