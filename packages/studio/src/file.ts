// the page in one file: its styles are not linked
import "./style.css"
import "./main.tsx"
