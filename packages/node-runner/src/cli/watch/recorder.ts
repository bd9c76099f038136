// What a process that works for a watch loads before anything else.
import { begin } from "./record.ts"

begin()
