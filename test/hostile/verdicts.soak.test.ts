import { liesIn } from "./liesIn.ts"

liesIn("bubblewrap with pytest")
liesIn("pyodide")
