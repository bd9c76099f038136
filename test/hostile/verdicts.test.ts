import { liesIn } from "./liesIn.ts"

liesIn("bubblewrap")
liesIn("bubblewrap with pytest", 6)
liesIn("pyodide", 6)
