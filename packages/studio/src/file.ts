// the page in one file, whose styles are built with it
// oxlint-disable-next-line import/no-unassigned-import -- styles are no values
import "./style.css"
// oxlint-disable-next-line import/no-unassigned-import -- it begins by itself
import "./main.tsx"
