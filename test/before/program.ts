import { main } from "./api.ts"
import { report } from "./workflows.ts"

main(report)
